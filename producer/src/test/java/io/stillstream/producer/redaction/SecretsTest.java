package io.stillstream.producer.redaction;

import static io.stillstream.producer.redaction.DetectorsTest.found;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys are joined here from parts, so that nobody's scanner takes this file for a leak. */
class SecretsTest {

    private static final String LONG = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6a7B8c9D0e1F2g3H4";

    @ParameterizedTest
    @CsvSource({
        "AKIA,16",
        "ghp_,36",
        "github_pat_,60",
        "glpat-,20",
        "xoxb-,24",
        "sk-,48",
        "sk-proj-,60",
        "sk-ant-api03-,60",
        "AIza,35",
        "sk_live_,24",
        "AC,32",
        "npm_,36",
        "hf_,34",
        "dop_v1_,64"
    })
    void key_ofAService_isFound(String prefix, int length) {
        String key = prefix + LONG.substring(0, length);
        String text = "the key is in use: `" + key + "`.";
        assertThat(found(text)).containsExactly("SECRET " + key);
    }

    @Test
    void sendGrid_keyOfThreeParts_isFound() {
        String key = "SG." + LONG.substring(0, 22) + "." + LONG.substring(0, 43);
        assertThat(found(key)).containsExactly("SECRET " + key);
    }

    @Test
    void webToken_isFound() {
        String token = "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0" + ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P";
        assertThat(found("token " + token + " ok")).containsExactly("SECRET " + token);
    }

    @Test
    void privateKey_isFoundWhole() {
        String key = "-----BEGIN RSA PRIVATE" + " KEY-----\nMIIEpAIBAAKCAQEA7bq\n+/abc==\n-----END RSA PRIVATE"
                + " KEY-----";
        assertThat(found("x\n" + key + "\ny")).containsExactly("PRIVATE_KEY " + key);
    }

    @Test
    void privateKey_cutOff_isFoundToItsEnd() {
        String key = "-----BEGIN PRIVATE" + " KEY-----\nMIIEpAIBAAKCAQEA7bq\n+/abc";
        assertThat(found(key)).containsExactly("PRIVATE_KEY " + key);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
        postgres://app:s3cr3tPw@db.example.net:5432/x|PASSWORD s3cr3tPw
        postgres://app:s3cr3tPw|PASSWORD s3cr3tPw
        postgres://app:JmLaudPrNmbjsB|PASSWORD JmLaudPrNmbjsB
        password = "hunter2x"|PASSWORD hunter2x
        password = "hunter2x|PASSWORD hunter2x
        token 9f8e7d6c5b4a39281706f5e4.|SECRET 9f8e7d6c5b4a39281706f5e4
        {"password": "correcthorse"}|PASSWORD correcthorse
        My password is hunter42!|PASSWORD hunter42
        Passwort: Geheim!23|PASSWORD Geheim!23
        mot de passe : Soleil2024|PASSWORD Soleil2024
        la contraseña es Girasol99|PASSWORD Girasol99
        пароль: Zima2024x|PASSWORD Zima2024x
        密码是abc12345|PASSWORD abc12345
        Server=db;User Id=sa;Password=Yukon900!;|PASSWORD Yukon900!
        DB_PASSWORD=x9Kd82kd|PASSWORD x9Kd82kd
        Authorization: Bearer a1b2c3d4e5f6g7h8i9j0|SECRET a1b2c3d4e5f6g7h8i9j0
        api_key: 9f8e7d6c5b4a39281706f5e4|SECRET 9f8e7d6c5b4a39281706f5e4
        client_secret="Zm9vYmFyYmF6cXV4MTIzNDU2"|SECRET Zm9vYmFyYmF6cXV4MTIzNDU2
        """)
    void named_isFound(String text, String expected) {
        assertThat(found(text)).containsExactly(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "the password is wrong",
                "password: string",
                "password = getPassword()",
                "password=os.environ['X']",
                "{\"password\": \"<your password>\"}",
                "password = \"${DB_PASSWORD}\"",
                "password: ********",
                "the token is expired",
                "token = tokenizer.next()",
                "max_tokens: 4096",
                "the secret of the castle is known",
                "sk-learn is a library",
                "skating, skiing",
                "key: value",
                "https://example.com:8080/a@b",
                "http://localhost:8080",
                "http://localhost:8080",
                "AKIA is a prefix",
                "the bearer of good news",
                "basic knowledge of mathematics"
            })
    void named_isNone(String text) {
        assertThat(found(text)).isEmpty();
    }
}

package io.stillstream.contract.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JsonProblemTest {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    private static final String SECRET = "Zzyzx";
    private static final int TRIES = 5_000;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            Zzyzx and more          | an unexpected character or word; expected (JSON String, Number, Array, Object or token 'null', 'true' or 'false') at column 1
            {"a": "b" Zzyzx}        | an unexpected character or word; expected comma to separate Object entries at column 11
            {"a": "Zzyzx            | it ends too early; expected closing quote for a string value at column 13
            {"a": "b", "a": "Zzyzx"}| a field that is there already at column 17
            {"a": "b"} "Zzyzx"      | more text after the value at column 12
            {"a": "Zzyzx"           | it ends too early; expected close marker for Object at column 14
            """)
    void of_names_placeAndExpectation(String text, String words) {
        assertThat(problem(text)).isEqualTo(words);
    }

    /** Jackson quotes the word that it did not expect; whatever is damaged, none of the text's words comes out. */
    @Test
    void of_textDamagedAnywhere_quotesNothingOfIt() {
        String whole =
                "{\"messages\":[{\"role\":\"user\",\"content\":\"Zzyzx: expected Zzyzx\"},Zzyzx],\"n\":[1,2.5,null]}";
        Random random = new Random(5);
        String damage = "\"'{}[]:,\\ \u0001Z9";
        for (int i = 0; i < TRIES; i++) {
            StringBuilder text = new StringBuilder(whole);
            for (int changes = random.nextInt(4); changes >= 0; changes--) {
                int place = random.nextInt(text.length());
                text.replace(place, place + random.nextInt(2), "" + damage.charAt(random.nextInt(damage.length())));
            }
            assertThat(problem(text.toString())).doesNotContain(SECRET).doesNotContain("zyzx");
        }
    }

    private static String problem(String text) {
        JsonProcessingException e =
                catchThrowableOfType(JsonProcessingException.class, () -> JSON.readTree(text.strip()));
        return e == null ? "" : JsonProblem.of(e);
    }
}

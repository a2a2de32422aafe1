package io.stillstream.producer.redaction.detector.secret;

import io.stillstream.producer.redaction.detector.Detector;
import io.stillstream.producer.redaction.detector.DetectorKind;
import io.stillstream.producer.redaction.detector.Finding;
import io.stillstream.producer.redaction.detector.Keyword;
import io.stillstream.producer.redaction.detector.ScannedText;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Passwords, tokens and keys that the text names: what stands behind {@code password}, in many languages, where it looks like no
 * word, and behind {@code token}, {@code secret} or {@code key} where it is long and random.
 */
public final class PasswordDetector implements Detector {

    private static final List<String> PASSWORDS = List.of(
            "password",
            "passwd",
            "passphrase",
            "passcode",
            "pwd",
            "passwort",
            "kennwort",
            "mot de passe",
            "mdp",
            "contraseña",
            "clave",
            "senha",
            "palavra-passe",
            "parola d'ordine",
            "wachtwoord",
            "hasło",
            "lösenord",
            "heslo",
            "пароль",
            "密码",
            "密碼",
            "パスワード",
            "비밀번호",
            "पासवर्ड",
            "كلمة المرور",
            "şifre",
            "mật khẩu");
    private static final List<String> KEYS = List.of(
            "secret",
            "token",
            "api key",
            "api-key",
            "api_key",
            "apikey",
            "access key",
            "access_key",
            "accesskey",
            "accountkey",
            "sharedaccesskey",
            "sharedaccesssignature",
            "client_secret",
            "clientsecret",
            "private_key",
            "privatekey",
            "credential",
            "auth_token",
            "authtoken",
            "authorization",
            "signing_key",
            "encryption_key",
            "sig",
            "aws_secret");

    private static final int SHORTEST_PASSWORD = 5;
    private static final int LONGEST_PASSWORD = 128;
    private static final int SHORTEST_KEY = 16;
    private static final double KEY_BITS = 3.0;
    private static final String SIGNS = "!@#$%^&*?~+";

    @Override
    public DetectorKind kind() {
        return DetectorKind.SECRET;
    }

    @Override
    public List<Keyword> keywords() {
        return Stream.concat(PASSWORDS.stream(), KEYS.stream())
                .map(word -> word.charAt(0) < 0x250 ? Keyword.prefix(word) : Keyword.anywhere(word))
                .toList();
    }

    @Override
    public void atKeyword(ScannedText text, int start, int end) {
        boolean password = PASSWORDS.stream()
                .anyMatch(word ->
                        text.string().regionMatches(true, start, word, 0, end - start) && word.length() == end - start);
        Assigned.after(text, end)
                .or(() -> password ? Optional.empty() : Assigned.behind(text, end))
                .ifPresent(value -> {
                    String secret = text.string(value.start(), value.end());
                    if (!Assigned.isPlaceholder(secret)
                            && (password ? isPassword(secret, value, text) : isKey(secret))) {
                        text.add(new Finding(
                                value.start(), value.end(), kind(), password ? "PASSWORD" : "SECRET", secret));
                    }
                });
    }

    private static boolean isPassword(String secret, Assigned value, ScannedText text) {
        if (secret.length() < SHORTEST_PASSWORD || secret.length() > LONGEST_PASSWORD || isCall(secret, value, text)) {
            return false;
        }
        boolean letters = secret.chars().anyMatch(Character::isLetter);
        boolean digits = secret.chars().anyMatch(Character::isDigit);
        boolean signs = secret.chars().anyMatch(sign -> SIGNS.indexOf(sign) >= 0);
        return value.quoted() ? letters || digits : letters && (digits || signs);
    }

    /** {@code password = read(…)}, {@code user.password}. */
    private static boolean isCall(String secret, Assigned value, ScannedText text) {
        return !value.quoted()
                && (text.at(value.end()) == '('
                        || text.at(value.end()) == '['
                        || secret.matches("[a-z_]\\w*(\\.[a-z_]\\w*)+"));
    }

    private static boolean isKey(String secret) {
        return secret.length() >= SHORTEST_KEY
                && secret.chars()
                        .allMatch(sign ->
                                sign < 0x80 && (Character.isLetterOrDigit(sign) || "+/_=.~-%:".indexOf(sign) >= 0))
                && secret.chars().anyMatch(Character::isDigit)
                && secret.chars().anyMatch(Character::isLetter)
                && Entropy.bits(secret) >= KEY_BITS;
    }
}

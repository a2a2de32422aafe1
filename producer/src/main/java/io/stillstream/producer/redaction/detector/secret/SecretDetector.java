package io.stillstream.producer.redaction.detector.secret;

import io.stillstream.producer.redaction.detector.Detector;
import io.stillstream.producer.redaction.detector.DetectorKind;
import io.stillstream.producer.redaction.detector.Finding;
import io.stillstream.producer.redaction.detector.Keyword;
import io.stillstream.producer.redaction.detector.ScannedText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Secrets that their form tells: keys of services by how they begin, private keys in PEM, JSON Web Tokens, the password of a URL,
 * and what an {@code Authorization} header holds.
 */
public final class SecretDetector implements Detector {

    private static final String PEM = "-----begin";
    private static final String JWT = "eyj";
    private static final String USER_INFO = "://";
    private static final List<String> SCHEMES = List.of("bearer ", "basic ", "apikey ");

    /** A key of 16,384 bits is some 13,000 characters long. */
    private static final int LONGEST_PEM = 20_000;

    private static final int LONGEST_PEM_LABEL = 64;
    private static final int LONGEST_AUTHORITY = 256;
    private static final int SHORTEST_CUT_OFF = 8;
    private static final int SHORTEST_PART = 10;
    private static final int LONGEST_TOKEN = 8_192;
    private static final int SHORTEST_CREDENTIALS = 16;

    private final Map<String, List<KeyShapes.KeyShape>> shapes = new HashMap<>();

    public SecretDetector() {
        for (KeyShapes.KeyShape shape : KeyShapes.ALL) {
            shapes.computeIfAbsent(shape.prefix().toLowerCase(Locale.ROOT), prefix -> new ArrayList<>())
                    .add(shape);
        }
    }

    @Override
    public DetectorKind kind() {
        return DetectorKind.SECRET;
    }

    @Override
    public List<Keyword> keywords() {
        List<Keyword> keywords = new ArrayList<>();
        shapes.keySet().forEach(prefix -> keywords.add(Keyword.prefix(prefix)));
        SCHEMES.forEach(scheme -> keywords.add(Keyword.prefix(scheme)));
        keywords.add(Keyword.anywhere(PEM));
        keywords.add(Keyword.prefix(JWT));
        keywords.add(Keyword.anywhere(USER_INFO));
        return keywords;
    }

    @Override
    public void atKeyword(ScannedText text, int start, int end) {
        switch (text.string(start, end).toLowerCase(Locale.ROOT)) {
            case PEM -> privateKey(text, start, end);
            case JWT -> webToken(text, start);
            case USER_INFO -> userInfo(text, end);
            case "bearer ", "basic ", "apikey " -> credentials(text, end);
            default -> key(text, start, end);
        }
    }

    private void key(ScannedText text, int start, int end) {
        if (text.at(start - 1) == '_' || text.at(start - 1) == '-') {
            return;
        }
        for (KeyShapes.KeyShape shape :
                shapes.getOrDefault(text.string(start, end).toLowerCase(Locale.ROOT), List.of())) {
            int stop = shape.end(text, start);
            if (stop >= 0 && (!shape.isWordLike() || Entropy.isMixed(text, end, stop))) {
                add(text, start, stop, "SECRET");
            }
        }
    }

    /** To its end, or as far as it goes on like one where the end is cut off. */
    private void privateKey(ScannedText text, int start, int end) {
        String string = text.string();
        int label = string.indexOf("-----", end);
        if (label < 0
                || label - end > LONGEST_PEM_LABEL
                || !string.substring(end, label).contains("PRIVATE KEY")) {
            return;
        }
        int body = label + "-----".length();
        int limit = Math.min(string.length(), body + LONGEST_PEM);
        int stop = body;
        while (stop < limit
                && (isBase64(text.at(stop))
                        || Character.isWhitespace(text.at(stop))
                        || ":,-\\".indexOf(text.at(stop)) >= 0)) {
            if (text.startsWith("-----END", stop)) {
                int close = string.indexOf("-----", stop + "-----END".length());
                stop = close < 0 || close - stop > 2 * LONGEST_PEM_LABEL ? limit : close + "-----".length();
                break;
            }
            stop++;
        }
        while (stop > body && Character.isWhitespace(text.at(stop - 1))) {
            stop--;
        }
        add(text, start, stop, "PRIVATE_KEY");
    }

    private void webToken(ScannedText text, int start) {
        if (!text.startsWith("eyJ", start)) {
            return;
        }
        int end = start;
        int dots = 0;
        int part = start;
        while (end - start < LONGEST_TOKEN) {
            char character = text.at(end);
            if (character == '.' && dots < 4 && isUrlSafe(text.at(end + 1))) {
                if (end - part < SHORTEST_PART) {
                    return;
                }
                dots++;
                part = end + 1;
            } else if (!isUrlSafe(character)) {
                break;
            }
            end++;
        }
        if (dots >= 2) {
            add(text, start, end, "SECRET");
        }
    }

    /** {@code https://user:password@host}: what is between the first colon and the last at sign. */
    private void userInfo(ScannedText text, int start) {
        int password = -1;
        int at = -1;
        int end = start;
        while (end < start + LONGEST_AUTHORITY && isAuthority(text.at(end))) {
            if (text.at(end) == ':' && password < 0) {
                password = end + 1;
            } else if (text.at(end) == '@') {
                at = end;
            }
            end++;
        }
        // Without a host behind it, what is no port is a password too.
        boolean cutOff =
                at < 0 && end - password >= SHORTEST_CUT_OFF && hasLetter(text, Math.max(password, start), end);
        int stop = cutOff ? end : at;
        if (password >= 0
                && stop > password
                && (cutOff || text.isWord(at + 1))
                && !Assigned.isPlaceholder(text.string(password, stop))) {
            add(text, password, stop, "PASSWORD");
        }
    }

    private static boolean hasLetter(ScannedText text, int start, int end) {
        for (int i = start; i < end; i++) {
            if (text.isLetter(i)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isAuthority(char character) {
        return character != ScannedText.NONE && !Character.isWhitespace(character) && "/\"'<>`".indexOf(character) < 0;
    }

    private void credentials(ScannedText text, int start) {
        int end = start;
        while (end - start < LONGEST_TOKEN && (isBase64(text.at(end)) || "-_.~".indexOf(text.at(end)) >= 0)) {
            end++;
        }
        while (end > start && text.at(end - 1) == '.') {
            end--;
        }
        if (end - start >= SHORTEST_CREDENTIALS && Entropy.isMixed(text, start, end)) {
            add(text, start, end, "SECRET");
        }
    }

    private static boolean isUrlSafe(char character) {
        return (character < 0x80 && Character.isLetterOrDigit(character)) || character == '-' || character == '_';
    }

    private static boolean isBase64(char character) {
        return (character < 0x80 && Character.isLetterOrDigit(character))
                || character == '+'
                || character == '/'
                || character == '=';
    }

    private void add(ScannedText text, int start, int end, String type) {
        text.add(new Finding(start, end, kind(), type, text.string(start, end)));
    }
}

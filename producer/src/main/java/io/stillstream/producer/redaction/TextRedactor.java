package io.stillstream.producer.redaction;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.stillstream.producer.redaction.detector.DetectorKind;
import io.stillstream.producer.redaction.detector.Finding;
import io.stillstream.producer.redaction.detector.Scanner;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Redacts the texts of one record. A text is looked through again after something was replaced, until nothing more is found: what
 * comes out holds nothing that a detector finds, and coming in again it would come out the same. JSON stays JSON: a string gets the
 * placeholder in its text, a number becomes a string. For one thread.
 */
final class TextRedactor {

    /** How often a text is looked through before it is given up; twice is the rule where something was found. */
    private static final int MOST_ROUNDS = 6;

    /** Escapes within escapes, JSON within strings of JSON: how deep it is looked into. */
    private static final int DEEPEST = 4;

    /** Between the name of a field and its value. */
    private static final String CONNECTOR = ": ";

    private final Scanner scanner;
    private final Placeholders placeholders;
    private final BooleanSupplier timeUp;
    private final Map<DetectorKind, Integer> counts = new EnumMap<>(DetectorKind.class);
    private long left;

    /** Nothing of the record may be written. */
    static final class CannotRedactException extends RuntimeException {

        private static final long serialVersionUID = 1;

        private final boolean size;

        CannotRedactException(String message, boolean size) {
            super(message, null, false, false);
            this.size = size;
        }

        boolean isSize() {
            return size;
        }
    }

    /** @param mostCharacters of all texts together */
    TextRedactor(Scanner scanner, Placeholders placeholders, BooleanSupplier timeUp, long mostCharacters) {
        this.scanner = scanner;
        this.placeholders = placeholders;
        this.timeUp = timeUp;
        left = mostCharacters;
    }

    /** How many values were replaced, by what found them. */
    Map<DetectorKind, Integer> counts() {
        return counts;
    }

    String text(String text) {
        return settled("", text, false);
    }

    /** @param name of the field that holds the text, which may say what it is */
    String text(String name, String text) {
        return settled(name, text, false);
    }

    /** The text of any JSON value, a single one too. */
    String json(String json) {
        return settled("", json, true);
    }

    /** Whether there is anything private in it. */
    boolean finds(String text) {
        return !text(text).equals(text);
    }

    private String settled(String name, String text, boolean json) {
        left -= text.length();
        if (left < 0) {
            throw new CannotRedactException("its texts are longer than redaction.max-record-characters", true);
        }
        String before = text;
        for (int round = 0; round < MOST_ROUNDS; round++) {
            String after = once(name, before, json, 0);
            if (after.equals(before)) {
                return after;
            }
            before = after;
        }
        throw new CannotRedactException("more was found whenever something was replaced", false);
    }

    private String once(String name, String text, boolean json, int depth) {
        boolean escaped = depth < DEEPEST && text.indexOf('\\') >= 0;
        List<Finding> found = find(name, text);
        EscapedText plain = escaped ? EscapedText.of(text) : null;
        if (plain != null) {
            found.addAll(placed(unescaped(name, plain.text(), depth + 1), plain));
        }
        if (found.isEmpty()) {
            return text;
        }
        if ((json || JsonTokens.looksLikeJson(text)) && JsonTokens.isJson(text)) {
            return inJson(text, plain == null ? found : placed(find(name, plain.text()), plain), depth);
        }
        return replaced(text, Spans.merge(text, found));
    }

    private List<Finding> find(String name, String text) {
        if (name.isEmpty()) {
            return notReplaced(text, scanner.find(text, timeUp));
        }
        int offset = name.length() + CONNECTOR.length();
        List<Finding> found = new ArrayList<>();
        for (Finding finding : scanner.find(name + CONNECTOR + text, timeUp)) {
            if (finding.end() > offset) {
                found.add(finding.at(Math.max(0, finding.start() - offset), finding.end() - offset));
            }
        }
        return notReplaced(text, found);
    }

    /** What stands for a value is none. */
    private static List<Finding> notReplaced(String text, List<Finding> findings) {
        List<Finding> left = new ArrayList<>(findings);
        left.removeIf(finding -> Placeholders.isPlaceholder(text.substring(finding.start(), finding.end())));
        return left;
    }

    /** What is found in a text whose escapes were undone, and in what is escaped in that. */
    private List<Finding> unescaped(String name, String text, int depth) {
        List<Finding> found = find(name, text);
        if (depth < DEEPEST && text.indexOf('\\') >= 0) {
            EscapedText plain = EscapedText.of(text);
            found.addAll(placed(unescaped(name, plain.text(), depth + 1), plain));
        }
        return found;
    }

    private static List<Finding> placed(List<Finding> findings, EscapedText plain) {
        return findings.stream()
                .map(finding -> finding.at(plain.place(finding.start()), plain.place(finding.end())))
                .toList();
    }

    private String replaced(String text, List<Finding> findings) {
        StringBuilder redacted = new StringBuilder();
        int position = 0;
        for (Finding finding : findings) {
            redacted.append(text, position, finding.start()).append(placeholder(finding));
            position = finding.end();
        }
        return redacted.append(text, position, text.length()).toString();
    }

    /** @param json valid */
    private String inJson(String json, List<Finding> found, int depth) {
        List<Finding> findings = Spans.merge(json, found);
        StringBuilder redacted = new StringBuilder();
        int position = 0;
        int next = 0;
        for (JsonTokens.Token token : JsonTokens.of(json)) {
            redacted.append(json, position, token.start());
            position = token.end();
            while (next < findings.size() && findings.get(next).end() <= token.start()) {
                next++;
            }
            List<Finding> inside = inside(token, findings.subList(next, findings.size()));
            if (token.number()) {
                redacted.append(
                        inside.isEmpty()
                                ? json.substring(token.start(), token.end())
                                : '"' + placeholder(inside.get(0)) + '"');
            } else {
                redacted.append(inString(json.substring(token.start(), token.end()), token.start(), inside, depth));
            }
        }
        return redacted.append(json, position, json.length()).toString();
    }

    /** The parts of findings that are in a token: what reaches over its end must leave the signs between tokens. */
    private static List<Finding> inside(JsonTokens.Token token, List<Finding> findings) {
        List<Finding> inside = new ArrayList<>();
        for (Finding finding : findings) {
            if (finding.start() >= token.end()) {
                break;
            }
            inside.add(finding.at(Math.max(finding.start(), token.start()), Math.min(finding.end(), token.end())));
        }
        return inside;
    }

    /** @param text of a string of JSON, with its escapes */
    private String inString(String text, int offset, List<Finding> inside, int depth) {
        String plain = text.indexOf('\\') >= 0 ? EscapedText.of(text).text() : text;
        if (depth < DEEPEST && (plain.indexOf('\\') >= 0 || JsonTokens.looksLikeJson(plain))) {
            String redacted = once("", plain, false, depth + 1);
            if (!redacted.equals(plain)) {
                return new String(JsonStringEncoder.getInstance().quoteAsString(redacted));
            }
        }
        return replaced(
                text,
                inside.stream()
                        .map(part -> part.at(part.start() - offset, part.end() - offset))
                        .toList());
    }

    private String placeholder(Finding finding) {
        counts.merge(finding.detector(), 1, Integer::sum);
        return placeholders.of(finding);
    }
}

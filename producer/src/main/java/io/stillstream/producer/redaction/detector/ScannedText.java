package io.stillstream.producer.redaction.detector;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A text while it is looked through: its characters, which words were met before, and what was found. For one thread. */
public final class ScannedText {

    /** What a character is that is not in the text. */
    public static final char NONE = '\uffff';

    private static final int LONG_AGO = Integer.MIN_VALUE / 2;
    /** How many characters may stand between a word and the number that it speaks of. */
    private static final int BEFORE = 60;

    private static final int AFTER = 30;

    private final Scanner scanner;
    private final String string;
    private final char[] characters;
    private final Map<Topic, Integer> lastMet = new EnumMap<>(Topic.class);
    private final boolean[] rulesMet;
    private final List<Finding> findings = new ArrayList<>();

    ScannedText(Scanner scanner, String string, int rules) {
        this.scanner = scanner;
        this.string = string;
        characters = string.toCharArray();
        rulesMet = new boolean[rules];
    }

    int length() {
        return characters.length;
    }

    char[] characters() {
        return characters;
    }

    /** The character there; one that no text has beyond either end. */
    public char at(int position) {
        return position >= 0 && position < characters.length ? characters[position] : NONE;
    }

    public boolean isDigit(int position) {
        return Character.isDigit(at(position));
    }

    public boolean isLetter(int position) {
        return Character.isLetter(at(position)) && !isUnspaced(at(position));
    }

    /** Whether a word goes on there. In scripts that put no space between words, every character is one. */
    public boolean isWord(int position) {
        return Character.isLetterOrDigit(at(position)) && !isUnspaced(at(position));
    }

    /** Thai, Lao, Burmese, Khmer, Chinese, Japanese; and Korean, which joins words to what stands before them. */
    static boolean isUnspaced(char character) {
        return character >= '\u0e00'
                && (character <= '\u0eff'
                        || (character >= '\u1000' && character <= '\u109f')
                        || (character >= '\u1780' && character <= '\u17ff')
                        || (character >= '\u2e80' && character <= '\u9fff')
                        || (character >= '\uac00' && character <= '\ud7af')
                        || (character >= '\uf900' && character <= '\ufaff')
                        || (character >= '\uff66' && character <= '\uff9f'));
    }

    public String string() {
        return string;
    }

    public String string(int start, int end) {
        return new String(characters, start, end - start);
    }

    /** The digits between two places, as ASCII has them. */
    public String digits(int start, int end) {
        StringBuilder digits = new StringBuilder();
        for (int i = start; i < end; i++) {
            if (Character.isDigit(characters[i])) {
                digits.append((char) ('0' + Character.digit(characters[i], 10)));
            }
        }
        return digits.toString();
    }

    /** Whether these characters stand there, with the case of their letters. */
    public boolean startsWith(String expected, int position) {
        return string.startsWith(expected, position);
    }

    void met(Topic topic, int end) {
        lastMet.put(topic, end);
    }

    void metRule(int rule) {
        rulesMet[rule] = true;
    }

    /** Whether a keyword of the user's rule with this number was met. */
    public boolean hasMetRule(int rule) {
        return rulesMet[rule];
    }

    /** Whether something between two places is spoken of as this, shortly before or behind. */
    public boolean speaksOf(Topic topic, int start, int end) {
        return speaksBefore(topic, start, BEFORE)
                || scanner.mentions(topic, this, end, Math.min(end + AFTER, length()));
    }

    public boolean speaksBefore(Topic topic, int start, int within) {
        return start - lastMet.getOrDefault(topic, LONG_AGO) <= within;
    }

    public void add(Finding finding) {
        findings.add(finding);
    }

    List<Finding> findings() {
        return findings;
    }
}

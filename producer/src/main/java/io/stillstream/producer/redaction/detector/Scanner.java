package io.stillstream.producer.redaction.detector;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks through a text once, and calls detectors where something is that they are interested in: a keyword, or a run of digits.
 * Thread-safe.
 */
public final class Scanner {

    /** The shortest text that a detector finds anything in, an address of e-mail. */
    private static final int SHORTEST = 6;

    /** How many triggers pass until somebody asks whether time is up. */
    private static final int TRIGGERS_A_LOOK = 256;

    private final List<Detector> detectors;
    private final int rules;
    private final List<Action> actions = new ArrayList<>();
    private final KeywordAutomaton automaton;

    /** What a keyword stands for: something spoken of, a detector that is to look, or a rule of the user's. */
    private record Action(
            Keyword keyword,
            @Nullable Topic topic,
            @Nullable Detector detector,
            int rule) {}

    /** It took too long. */
    public static final class TimeUpException extends RuntimeException {

        private static final long serialVersionUID = 1;

        TimeUpException() {
            super("the time is up", null, false, false);
        }
    }

    /** @param ruleKeywords for each of the user's rules the words without which it does not apply */
    public Scanner(List<Detector> detectors, List<List<String>> ruleKeywords) {
        this.detectors = List.copyOf(detectors);
        rules = ruleKeywords.size();
        Topic.all().forEach(topic -> topic.keywords().forEach(word -> actions.add(new Action(word, topic, null, 0))));
        for (Detector detector : detectors) {
            detector.keywords().forEach(word -> actions.add(new Action(word, null, detector, 0)));
        }
        for (int rule = 0; rule < rules; rule++) {
            for (String word : ruleKeywords.get(rule)) {
                actions.add(new Action(Keyword.anywhere(word), null, null, rule));
            }
        }
        automaton = new KeywordAutomaton(
                actions.stream().map(action -> action.keyword().text()).toList());
    }

    /**
     * All that is found, in no particular order; findings may overlap.
     *
     * @param timeUp asked now and then
     * @throws TimeUpException when it says so
     */
    public List<Finding> find(String string, BooleanSupplier timeUp) {
        if (string.length() < SHORTEST && rules == 0) {
            return new ArrayList<>();
        }
        var text = new ScannedText(this, string, rules);
        var groups = new DigitGroups();
        char[] characters = text.characters();
        byte[] classes = automaton.classes();
        int[] table = automaton.table();
        int state = 0;
        int before = CharClasses.OTHER;
        int triggers = 0;
        for (int i = 0; i < characters.length; i++) {
            int letter = classes[characters[i]];
            int entry = table[state + letter];
            if (entry < 0) {
                state = -entry;
                meet(text, entry, i + 1);
                triggers++;
            } else {
                state = entry;
            }
            if (letter == CharClasses.DIGIT && before != CharClasses.DIGIT) {
                groups.read(text, i);
                for (Detector detector : detectors) {
                    detector.atDigits(text, groups);
                }
                triggers++;
            }
            before = letter;
            if (triggers >= TRIGGERS_A_LOOK) {
                triggers = 0;
                requireTime(timeUp);
            }
        }
        for (Detector detector : detectors) {
            detector.atEnd(text);
            requireTime(timeUp);
        }
        return text.findings();
    }

    private static void requireTime(BooleanSupplier timeUp) {
        if (timeUp.getAsBoolean()) {
            throw new TimeUpException();
        }
    }

    private void meet(ScannedText text, int entry, int end) {
        for (int number : automaton.endingAt(entry)) {
            Action action = actions.get(number);
            int start = end - action.keyword().text().length();
            if (!stands(text, action.keyword(), start, end)) {
                continue;
            }
            if (action.topic() != null) {
                text.met(action.topic(), end);
            } else if (action.detector() != null) {
                action.detector().atKeyword(text, start, end);
            } else {
                text.metRule(action.rule());
            }
        }
    }

    private static boolean stands(ScannedText text, Keyword keyword, int start, int end) {
        return text.string().regionMatches(true, start, keyword.text(), 0, end - start)
                && (!keyword.wordStart() || beginsWord(text, start))
                && (!keyword.wordEnd() || !text.isWord(end));
    }

    /** Behind no letter or digit, or with a capital behind a small letter, as in {@code userPassword}. */
    private static boolean beginsWord(ScannedText text, int start) {
        return !text.isWord(start - 1)
                || (Character.isUpperCase(text.at(start)) && Character.isLowerCase(text.at(start - 1)))
                || !Character.isAlphabetic(text.at(start));
    }

    /** Whether something between two places is spoken of. */
    boolean mentions(Topic topic, ScannedText text, int from, int to) {
        int[] table = automaton.table();
        byte[] classes = automaton.classes();
        int state = 0;
        for (int i = from; i < to; i++) {
            int entry = table[state + classes[text.at(i)]];
            state = Math.abs(entry);
            if (entry < 0 && endsTopic(topic, text, entry, i + 1)) {
                return true;
            }
        }
        return false;
    }

    private boolean endsTopic(Topic topic, ScannedText text, int entry, int end) {
        for (int number : automaton.endingAt(entry)) {
            Action action = actions.get(number);
            if (action.topic() == topic
                    && stands(
                            text,
                            action.keyword(),
                            end - action.keyword().text().length(),
                            end)) {
                return true;
            }
        }
        return false;
    }
}

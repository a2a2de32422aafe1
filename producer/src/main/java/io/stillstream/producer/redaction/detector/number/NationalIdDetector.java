package io.stillstream.producer.redaction.detector.number;

import io.stillstream.producer.redaction.detector.Detector;
import io.stillstream.producer.redaction.detector.DetectorKind;
import io.stillstream.producer.redaction.detector.DigitGroups;
import io.stillstream.producer.redaction.detector.Finding;
import io.stillstream.producer.redaction.detector.ScannedText;
import io.stillstream.producer.redaction.detector.Topic;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Numbers by which a state knows a person: where the text names them, or where their form and check digits leave little doubt.
 * Each is checked as its country does; passports, which have no common form, by their word alone.
 */
public final class NationalIdDetector implements Detector {

    private static final String SPANISH = "TRWAGMYFPDXBNJZSQVHLCKE";
    private static final Pattern NINO = Pattern.compile("(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]");
    private static final Pattern PAN = Pattern.compile("[A-Z]{3}[ABCFGHLJPT][A-Z]\\d{4}[A-Z]");
    private static final Pattern ITALIAN =
            Pattern.compile("[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]");
    private static final Pattern MEXICAN = Pattern.compile("[A-Z]{4}\\d{6}[HMX][A-Z]{5}[A-Z0-9]\\d");
    private static final Pattern PASSPORT = Pattern.compile("[A-Z]{0,3}\\d{5,9}[A-Z]?");
    /** What an Italian character at an odd place counts, from 0 to 9 and from A to Z. */
    private static final int[] ITALIAN_ODD = {
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10,
        22, 25, 24, 23
    };

    private static final int LETTERS_BEFORE = 6;
    private static final int LONGEST_WORD = 18;
    private static final int CLOSE = 40;

    @Override
    public DetectorKind kind() {
        return DetectorKind.NATIONAL_ID;
    }

    @Override
    public void atDigits(ScannedText text, DigitGroups groups) {
        int start = groups.start();
        boolean wordBefore = text.isWord(start - 1) || text.at(start - 1) == '_';
        if (!wordBefore && !isFraction(text, start)) {
            numeric(text, groups);
            spanish(text, groups, start, "");
        }
        britishNumber(text, groups);
        if (wordBefore || text.isWord(groups.end(0)) || text.speaksBefore(Topic.PASSPORT, start, CLOSE)) {
            word(text, groups);
        }
    }

    private static boolean isFraction(ScannedText text, int start) {
        return (text.at(start - 1) == '.' || text.at(start - 1) == ',' || text.at(start - 1) == '-')
                && text.isDigit(start - 2);
    }

    private void numeric(ScannedText text, DigitGroups groups) {
        int count = 0;
        for (int size = 1; size <= groups.size(); size++) {
            count += groups.length(size - 1);
            int end = groups.end(size - 1);
            if (count == 17 && size == 1 && (text.at(end) == 'X' || text.at(end) == 'x') && !text.isWord(end + 1)) {
                String digits = text.digits(groups.start(), end);
                if (NumericIds.isChinese(digits, 'X')) {
                    add(text, groups.start(), end + 1);
                }
            }
            boolean goesOn = text.isWord(end)
                    || text.at(end) == '_'
                    || (DigitGroups.isHyphen(text.at(end)) && text.isDigit(end + 1));
            if (!NumericIds.hasLength(count) || (goesOn && size == groups.size())) {
                continue;
            }
            if (size < groups.size() && groups.start(size) == end + 1 && !DigitGroups.isSpace(text.at(end))) {
                continue;
            }
            numeric(text, groups, size, count, end);
        }
    }

    private void numeric(ScannedText text, DigitGroups groups, int size, int count, int end) {
        String digits = text.digits(groups.start(), end);
        for (NumericIds.NumericId id : NumericIds.ALL) {
            if (id.digits() == count && id.valid().test(digits) && isTold(text, groups, size, id)) {
                add(text, groups.start(), end);
                return;
            }
        }
    }

    private static boolean isTold(ScannedText text, DigitGroups groups, int size, NumericIds.NumericId id) {
        if (groups.hasForm(text, size, id.form())) {
            return true;
        }
        return id.topic() == null
                ? id.form().isEmpty()
                : text.speaksOf(id.topic(), groups.start(), groups.end(size - 1));
    }

    /** {@code 12345678Z}, {@code 12.345.678-Z}, and behind its first letter {@code X1234567L}. */
    private void spanish(ScannedText text, DigitGroups groups, int start, String first) {
        for (int size = 1; size <= Math.min(groups.size(), 3); size++) {
            int end = groups.end(size - 1);
            int letter = text.at(end) == '-' || text.at(end) == ' ' ? end + 1 : end;
            if (groups.digits(size) + first.length() == 8 && text.isLetter(letter) && !text.isWord(letter + 1)) {
                int number = Integer.parseInt(first + text.digits(groups.start(), end));
                boolean right = SPANISH.charAt(number % SPANISH.length()) == Character.toUpperCase(text.at(letter));
                if (right && text.speaksOf(Topic.ES_DNI, start, letter + 1)) {
                    add(text, start, letter + 1);
                }
            }
        }
    }

    /** {@code AB 12 34 56 C}, or together where the text names it. */
    private void britishNumber(ScannedText text, DigitGroups groups) {
        boolean pairs = groups.hasShape(2, 2, 2);
        if (!pairs && groups.length(0) != 6) {
            return;
        }
        int end = pairs ? groups.end(2) : groups.end(0);
        int start = groups.start() - (DigitGroups.isSpace(text.at(groups.start() - 1)) ? 3 : 2);
        int letter = DigitGroups.isSpace(text.at(end)) ? end + 1 : end;
        char last = Character.toUpperCase(text.at(letter));
        if (start < 0 || text.isWord(start - 1) || last < 'A' || last > 'D' || text.isWord(letter + 1)) {
            return;
        }
        if (NINO.matcher(text.string(start, start + 2).toUpperCase(Locale.ROOT)).matches()
                && (pairs || text.speaksOf(Topic.UK_NINO, start, letter + 1))) {
            add(text, start, letter + 1);
        }
    }

    /** A word of letters and digits. */
    private void word(ScannedText text, DigitGroups groups) {
        int start = groups.start();
        while (groups.start() - start < LETTERS_BEFORE && text.isLetter(start - 1)) {
            start--;
        }
        int end = groups.end(0);
        while (end - start <= LONGEST_WORD && text.isWord(end)) {
            end++;
        }
        if (text.isWord(start - 1) || end - start > LONGEST_WORD) {
            return;
        }
        String word = text.string(start, end).toUpperCase(Locale.ROOT);
        switch (end - start) {
            case 10 -> addIf(PAN.matcher(word).matches() && text.speaksOf(Topic.IN_PAN, start, end), text, start, end);
            case 16 -> addIf(isItalian(word), text, start, end);
            case 18 ->
                addIf(MEXICAN.matcher(word).matches() && NumericIds.isDate(word.substring(4, 10)), text, start, end);
            default -> {}
        }
        if (groups.start() - start == 1 && "XYZ".indexOf(word.charAt(0)) >= 0) {
            spanish(text, groups, start, Integer.toString("XYZ".indexOf(word.charAt(0))));
        }
        boolean passport = word.length() <= 9 && text.speaksBefore(Topic.PASSPORT, start, CLOSE);
        addIf(passport && PASSPORT.matcher(word).matches(), text, start, end);
    }

    private static boolean isItalian(String word) {
        if (!ITALIAN.matcher(word).matches()) {
            return false;
        }
        int sum = 0;
        for (int i = 0; i < 15; i++) {
            int value = Character.digit(word.charAt(i), 36);
            sum += i % 2 == 0 ? ITALIAN_ODD[value] : value > 9 ? value - 10 : value;
        }
        return 'A' + sum % 26 == word.charAt(15);
    }

    private void addIf(boolean found, ScannedText text, int start, int end) {
        if (found) {
            add(text, start, end);
        }
    }

    private void add(ScannedText text, int start, int end) {
        StringBuilder value = new StringBuilder();
        for (int i = start; i < end; i++) {
            if (text.isWord(i)) {
                value.append(Character.toUpperCase(text.at(i)));
            }
        }
        text.add(new Finding(start, end, kind(), "NATIONAL_ID", value.toString()));
    }
}

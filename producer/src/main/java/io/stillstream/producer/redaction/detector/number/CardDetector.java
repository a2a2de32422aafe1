package io.stillstream.producer.redaction.detector.number;

import io.stillstream.producer.redaction.detector.Detector;
import io.stillstream.producer.redaction.detector.DetectorKind;
import io.stillstream.producer.redaction.detector.DigitGroups;
import io.stillstream.producer.redaction.detector.Finding;
import io.stillstream.producer.redaction.detector.ScannedText;

/**
 * Numbers of payment cards: 13 to 19 digits that an issuer's range has, with a right check digit, together or in the groups that
 * cards have.
 */
public final class CardDetector implements Detector {

    private static final int SHORTEST = 13;
    private static final int LONGEST = 19;
    private static final int GROUP = 4;

    @Override
    public DetectorKind kind() {
        return DetectorKind.CARD;
    }

    @Override
    public void atDigits(ScannedText text, DigitGroups groups) {
        if (groups.length(0) < GROUP || !stands(text, groups.start())) {
            return;
        }
        for (int size = groups.size(); size > 0; size--) {
            int count = groups.digits(size);
            int end = groups.end(size - 1);
            if (count >= SHORTEST && count <= LONGEST && isGrouped(text, groups, size) && !goesOn(text, end)) {
                String number = text.digits(groups.start(), end);
                if (isIssued(number) && Checksums.luhn(number)) {
                    text.add(new Finding(groups.start(), end, kind(), "CARD", number));
                    return;
                }
            }
        }
    }

    private static boolean stands(ScannedText text, int start) {
        char before = text.at(start - 1);
        return !text.isWord(start - 1)
                && before != '_'
                && !((before == '.' || before == ',') && text.isDigit(start - 2));
    }

    private static boolean goesOn(ScannedText text, int end) {
        return text.isWord(end)
                || text.at(end) == '_'
                || ((text.at(end) == '.' || text.at(end) == ',') && text.isDigit(end + 1));
    }

    /** Together; in fours, of which the last may be longer or shorter; or as American Express and Diners Club print them. */
    private static boolean isGrouped(ScannedText text, DigitGroups groups, int size) {
        if (size == 1) {
            return true;
        }
        if (!groups.evenly(text, size)) {
            return false;
        }
        if (size == 3 && groups.length(0) == GROUP && groups.length(1) == 6) {
            return groups.length(2) == 5 || groups.length(2) == GROUP;
        }
        for (int group = 0; group < size - 1; group++) {
            if (groups.length(group) != GROUP) {
                return false;
            }
        }
        return groups.length(size - 1) <= GROUP + 1;
    }

    /** The ranges of issuers by ISO/IEC 7812, and how long their numbers are. */
    private static boolean isIssued(String number) {
        int length = number.length();
        int two = Integer.parseInt(number.substring(0, 2));
        int three = Integer.parseInt(number.substring(0, 3));
        int four = Integer.parseInt(number.substring(0, 4));
        if (number.charAt(0) == '4') {
            return length == 13 || length == 16 || length == 19;
        }
        if (two == 34 || two == 37) {
            return length == 15;
        }
        if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) {
            return length == 16;
        }
        if ((three >= 300 && three <= 305) || two == 36 || two == 38 || two == 39) {
            return length >= 14;
        }
        if ((four >= 2200 && four <= 2204) || (four >= 3528 && four <= 3589) || two == 81 || two == 82) {
            return length >= 16;
        }
        // Maestro has numbers of 12 to 19 digits among these, Discover, UnionPay and RuPay of 16 and more.
        return two == 50 || (two >= 56 && two <= 69);
    }
}

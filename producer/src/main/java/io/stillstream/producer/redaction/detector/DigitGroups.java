package io.stillstream.producer.redaction.detector;

/**
 * A run of digits and those that follow it with little in between, as the groups of a telephone number: {@code (030) 123-45 67}.
 * At most {@value #MOST_GROUPS} groups, {@value #MOST_DIGITS} digits and three characters between two groups. Reused: it is what
 * was read last.
 */
public final class DigitGroups {

    static final int MOST_GROUPS = 8;
    public static final int MOST_DIGITS = 24;
    private static final int MOST_BETWEEN = 3;

    private final int[] starts = new int[MOST_GROUPS];
    private final int[] ends = new int[MOST_GROUPS];
    private int size;

    /** @param start a digit, before which there is none */
    void read(ScannedText text, int start) {
        size = 0;
        int digits = 0;
        int position = start;
        while (size < MOST_GROUPS) {
            int end = position;
            while (text.isDigit(end) && digits + end - position <= MOST_DIGITS) {
                end++;
            }
            starts[size] = position;
            ends[size++] = end;
            digits += end - position;
            int following = end;
            while (following - end < MOST_BETWEEN && isSeparator(text.at(following))) {
                following++;
            }
            if (digits > MOST_DIGITS || following == end || !text.isDigit(following)) {
                return;
            }
            position = following;
        }
    }

    private static boolean isSeparator(char character) {
        return character == ' '
                || character == '-'
                || character == '.'
                || character == '/'
                || character == '('
                || character == ')'
                || isSpace(character)
                || isHyphen(character);
    }

    public static boolean isSpace(char character) {
        return character == ' '
                || character == '\u00a0'
                || character == '\u2009'
                || character == '\u202f'
                || character == '\u2007'
                || character == '\u3000';
    }

    public static boolean isHyphen(char character) {
        return character == '-'
                || (character >= '\u2010' && character <= '\u2015')
                || character == '\u2212'
                || character == '\uff0d';
    }

    public int size() {
        return size;
    }

    public int start() {
        return starts[0];
    }

    public int start(int group) {
        return starts[group];
    }

    /** Behind a group's last digit. */
    public int end(int group) {
        return ends[group];
    }

    public int length(int group) {
        return ends[group] - starts[group];
    }

    /** How many digits the first groups have. */
    public int digits(int groups) {
        int digits = 0;
        for (int group = 0; group < groups; group++) {
            digits += length(group);
        }
        return digits;
    }

    /** Whether the first groups have these lengths, and there are so many. */
    public boolean hasShape(int... lengths) {
        if (size < lengths.length) {
            return false;
        }
        for (int group = 0; group < lengths.length; group++) {
            if (length(group) != lengths[group]) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether these are all groups, and how they are separated.
     *
     * @param form the lengths of groups, of one digit each, with what is between them, as {@code 3-2-4}
     */
    public boolean hasForm(ScannedText text, int groups, String form) {
        if (form.length() != 2 * groups - 1) {
            return false;
        }
        for (int group = 0; group < groups; group++) {
            if (length(group) != form.charAt(2 * group) - '0') {
                return false;
            }
            if (group > 0) {
                char between = text.at(ends[group - 1]);
                char expected = form.charAt(2 * group - 1);
                boolean same = expected == '-' ? isHyphen(between) : between == expected;
                if (!same || starts[group] - ends[group - 1] != 1) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether the first groups are separated by one character each, always a space or always a hyphen. */
    public boolean evenly(ScannedText text, int groups) {
        for (int group = 1; group < groups; group++) {
            char between = text.at(ends[group - 1]);
            boolean same =
                    isSpace(text.at(ends[0])) ? isSpace(between) : isHyphen(text.at(ends[0])) && isHyphen(between);
            if (!same || starts[group] - ends[group - 1] != 1) {
                return false;
            }
        }
        return true;
    }
}

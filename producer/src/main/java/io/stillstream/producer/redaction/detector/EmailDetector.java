package io.stillstream.producer.redaction.detector;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Addresses of e-mail, in all scripts, also with the {@code %40} of a URL. */
public final class EmailDetector implements Detector {

    private static final int LONGEST_LOCAL = 64;
    private static final int LONGEST_DOMAIN = 253;
    private static final int LONGEST_AUTHORITY = 128;
    private static final String LOCAL_SIGNS = "!#$%&'*+-/=?^_`{|}~.";

    /** A picture for a screen of twice the resolution: {@code icon@2x.png}. */
    private static final Pattern PICTURE = Pattern.compile("\\d(\\.\\d)?x\\.[a-z0-9]+");

    private static final Pattern TOP_LEVEL = Pattern.compile("[\\p{L}\\p{M}]{2,63}|(?i:xn--)[A-Za-z0-9-]{2,59}");

    @Override
    public DetectorKind kind() {
        return DetectorKind.EMAIL;
    }

    @Override
    public List<Keyword> keywords() {
        return List.of(Keyword.anywhere("@"), Keyword.anywhere("\uff20"), Keyword.anywhere("%40"));
    }

    @Override
    public void atKeyword(ScannedText text, int start, int end) {
        int domainEnd = domainEnd(text, end);
        if (domainEnd < 0) {
            return;
        }
        int localStart = text.at(start - 1) == '"' ? quotedStart(text, start) : localStart(text, start);
        if (localStart == start || isUserInfo(text, localStart) || isRepository(text, localStart, start, domainEnd)) {
            return;
        }
        String address = text.string(localStart, start) + '@' + text.string(end, domainEnd);
        text.add(new Finding(localStart, domainEnd, kind(), "EMAIL", address.toLowerCase(Locale.ROOT)));
    }

    private static int localStart(ScannedText text, int at) {
        int start = at;
        boolean unspaced = ScannedText.isUnspaced(text.at(at - 1));
        while (at - start < LONGEST_LOCAL
                && isLocal(text.at(start - 1))
                && ScannedText.isUnspaced(text.at(start - 1)) == unspaced) {
            start--;
        }
        // A sign in front of an address is more often the text's: (a.b@c.de), 'a.b@c.de', key=a.b@c.de, to/a.b@c.de.
        for (int i = at - 1; i >= start; i--) {
            if ("=/'`?&{}|".indexOf(text.at(i)) >= 0
                    && !(text.at(i) == '\'' && text.isWord(i - 1) && text.isWord(i + 1))) {
                start = i + 1;
                break;
            }
        }
        while (start < at
                && !Character.isLetterOrDigit(text.at(start))
                && text.at(start) != '_'
                && text.at(start) != '+') {
            start++;
        }
        return start;
    }

    private static boolean isLocal(char character) {
        return Character.isLetterOrDigit(character)
                || LOCAL_SIGNS.indexOf(character) >= 0
                || Character.getType(character) == Character.NON_SPACING_MARK;
    }

    /** {@code "john doe"@example.com} */
    private static int quotedStart(ScannedText text, int at) {
        for (int i = at - 2; i >= at - LONGEST_LOCAL && text.at(i) != '\n' && text.at(i) != ScannedText.NONE; i--) {
            if (text.at(i) == '"') {
                return i + 2 < at ? i : at;
            }
        }
        return at;
    }

    /** @return -1 where no domain is */
    private static int domainEnd(ScannedText text, int start) {
        int end = start;
        int lastDot = -1;
        while (end - start <= LONGEST_DOMAIN) {
            char character = text.at(end);
            if (character == '.' && Character.isLetterOrDigit(text.at(end + 1)) && end > start) {
                lastDot = end;
            } else if (!(Character.isLetterOrDigit(character)
                    || Character.getType(character) == Character.NON_SPACING_MARK
                    || (DigitGroups.isHyphen(character) && text.isWord(end + 1))
                    || (character == '-' && text.at(end + 1) == '-'))) {
                break;
            }
            end++;
        }
        if (lastDot < 0) {
            return -1;
        }
        String domain = text.string(start, end);
        int top = topLevelEnd(text, lastDot + 1, end);
        if (top < 0 || PICTURE.matcher(domain.toLowerCase(Locale.ROOT)).matches()) {
            return -1;
        }
        return top;
    }

    /** Letters of another script behind a top level of ASCII belong to the sentence: Chinese has no spaces. */
    private static int topLevelEnd(ScannedText text, int start, int end) {
        int stop = end;
        if (text.at(start) < 0x80) {
            stop = start;
            while (stop < end && text.at(stop) < 0x80) {
                stop++;
            }
        }
        return TOP_LEVEL.matcher(text.string(start, stop)).matches() ? stop : -1;
    }

    /** The password of a URL is not the beginning of an address. */
    private static boolean isUserInfo(ScannedText text, int localStart) {
        char before = text.at(localStart - 1);
        if (before != ':' && before != '/' && before != '@') {
            return false;
        }
        for (int i = localStart - 1; i > localStart - LONGEST_AUTHORITY; i--) {
            char character = text.at(i);
            if (character == '/') {
                return text.at(i - 1) == '/' && text.at(i - 2) == ':';
            }
            if (Character.isWhitespace(character) || character == ScannedText.NONE) {
                return false;
            }
        }
        return false;
    }

    /** {@code git@github.com:owner/name} is nobody's. */
    private static boolean isRepository(ScannedText text, int localStart, int at, int domainEnd) {
        return at - localStart == 3 && text.startsWith("git", localStart) && text.at(domainEnd) == ':';
    }
}

package io.stillstream.producer.redaction.detector;

import java.util.List;
import java.util.Locale;

/**
 * IP addresses of version 4 and 6. What is no host's is left: loopback, the unspecified address, netmasks; and what is more often
 * something else: four numbers of one digit (a section, {@code 1.2.3.4}, or a public resolver, {@code 8.8.8.8}), and a version
 * ({@code v10.0.0.1}, {@code Chrome/120.0.0.0}).
 */
public final class IpDetector implements Detector {

    private static final int OCTETS = 4;
    private static final int BYTE = 255;
    private static final int IPV6_GROUPS = 8;
    private static final int LONGEST_IPV6 = 45;
    private static final int WORD_BEFORE = 12;

    @Override
    public DetectorKind kind() {
        return DetectorKind.IP;
    }

    @Override
    public List<Keyword> keywords() {
        return List.of(Keyword.anywhere("::"));
    }

    @Override
    public void atKeyword(ScannedText text, int start, int end) {
        sixth(text, start);
    }

    @Override
    public void atDigits(ScannedText text, DigitGroups groups) {
        int end = groups.end(0);
        if (text.at(end) == '.') {
            fourth(text, groups);
        }
        if ((text.at(end) == ':' && text.isWord(end + 1))
                || (isHex(text.at(end)) && text.at(groups.start() - 1) != ':')) {
            sixth(text, groups.start());
        }
    }

    private void fourth(ScannedText text, DigitGroups groups) {
        if (groups.size() < OCTETS || groups.digits(OCTETS) > 3 * OCTETS) {
            return;
        }
        int[] octets = new int[OCTETS];
        for (int i = 0; i < OCTETS; i++) {
            if (groups.length(i) > 3
                    || (i > 0 && (groups.start(i) - groups.end(i - 1) != 1 || text.at(groups.end(i - 1)) != '.'))) {
                return;
            }
            octets[i] = Integer.parseInt(text.digits(groups.start(i), groups.end(i)));
            if (octets[i] > BYTE) {
                return;
            }
        }
        int start = groups.start();
        int end = groups.end(OCTETS - 1);
        boolean goesOn = text.isWord(end) || text.at(end) == '_' || (text.at(end) == '.' && text.isDigit(end + 1));
        if (goesOn || !stands(text, start) || groups.digits(OCTETS) == OCTETS || isNobodys(octets)) {
            return;
        }
        text.add(new Finding(
                start,
                end,
                kind(),
                "IP",
                text.digits(start, groups.end(0)) + '.' + octets[1] + '.' + octets[2] + '.' + octets[3]));
    }

    private static boolean isNobodys(int[] octets) {
        return octets[0] == 0 || octets[0] == 127 || octets[0] == BYTE;
    }

    private static boolean stands(ScannedText text, int start) {
        char before = text.at(start - 1);
        if (text.isWord(start - 1) || before == '_' || (before == '.' && text.isDigit(start - 2))) {
            return false;
        }
        if (before == '/' && text.isLetter(start - 2)) {
            return false;
        }
        if (before == '-' && text.isWord(start - 2)) {
            return false;
        }
        String words = text.string(Math.max(0, start - WORD_BEFORE), start).toLowerCase(Locale.ROOT);
        return !words.matches("(?s).*(version|release|v\\.|ver\\.?|section|chapter|build)\\s*[:=]?\\s*\"?");
    }

    /** @param inside somewhere in it */
    private void sixth(ScannedText text, int inside) {
        int start = inside;
        while (inside - start < LONGEST_IPV6 && isAddress(text.at(start - 1))) {
            start--;
        }
        int end = inside;
        while (end - start <= LONGEST_IPV6 && isAddress(text.at(end))) {
            end++;
        }
        while (end > start && (text.at(end - 1) == '.' || (text.at(end - 1) == ':' && text.at(end - 2) != ':'))) {
            end--;
        }
        if (text.isWord(start - 1) || text.isWord(end) || text.at(start - 1) == '_' || end - start > LONGEST_IPV6) {
            return;
        }
        String address = text.string(start, end).toLowerCase(Locale.ROOT);
        if (isIpv6(address)) {
            text.add(new Finding(start, end, kind(), "IP", address));
        }
    }

    private static boolean isAddress(char character) {
        return character == ':' || character == '.' || isHex(character);
    }

    private static boolean isHex(char character) {
        return character < 0x80 && Character.digit(character, 16) >= 0;
    }

    /** By RFC 4291; with more than two groups and a decimal digit, so that it is no name of a program's: {@code a::b}. */
    private static boolean isIpv6(String address) {
        int gap = address.indexOf("::");
        if (gap != address.lastIndexOf("::") || address.chars().noneMatch(Character::isDigit)) {
            return false;
        }
        int groups = 0;
        boolean hasLongGroup = false;
        String[] parts = address.split(":", -1);
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i];
            if (part.isEmpty()) {
                boolean atGap = gap >= 0 && (i == 0 ? gap == 0 : i == parts.length - 1 ? address.endsWith("::") : true);
                if (!atGap) {
                    return false;
                }
            } else if (part.indexOf('.') >= 0) {
                if (i != parts.length - 1 || !part.matches("\\d{1,3}(\\.\\d{1,3}){3}")) {
                    return false;
                }
                groups += 2;
            } else if (part.length() > 4) {
                return false;
            } else {
                groups++;
                hasLongGroup |= part.length() > 2;
            }
        }
        return gap >= 0 ? groups >= 2 && groups < IPV6_GROUPS && hasLongGroup : groups == IPV6_GROUPS;
    }
}

package io.stillstream.producer.redaction.detector.number;

import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import io.stillstream.producer.redaction.detector.Detector;
import io.stillstream.producer.redaction.detector.DetectorKind;
import io.stillstream.producer.redaction.detector.DigitGroups;
import io.stillstream.producer.redaction.detector.Finding;
import io.stillstream.producer.redaction.detector.ScannedText;
import io.stillstream.producer.redaction.detector.Topic;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Telephone numbers as libphonenumber knows them. With a country code they stand for themselves; without one a number must be a
 * valid one of a region that the configuration names, and be spoken of as a telephone or be grouped as its country groups them:
 * most numbers of ten digits are somewhere a valid one.
 */
public final class PhoneDetector implements Detector {

    private static final int SHORTEST = 7;
    private static final int LONGEST = 15;
    private static final int SHORTEST_INTERNATIONAL = 8;
    /** A word for a telephone stands close to its number. */
    private static final int CLOSE = 40;

    private static final int THOUSANDS = 3;
    private static final Pattern YEARS = Pattern.compile("(19|20)\\d\\d(19|20)\\d\\d");
    private static final Set<String> DATES = Set.of("4-2-2", "4-1-2", "4-2-1", "2-2-4", "2-1-4", "1-2-4", "1-1-4");
    private static final int LONGEST_COUNTRY_CODE = 3;

    private final NumberPlan international = new NumberPlan(null);
    private final List<NumberPlan> regions;

    /** @param regions whose numbers are known without their country code */
    public PhoneDetector(List<String> regions) {
        this.regions = regions.stream().map(NumberPlan::new).toList();
    }

    @Override
    public DetectorKind kind() {
        return DetectorKind.PHONE;
    }

    @Override
    public void atDigits(ScannedText text, DigitGroups groups) {
        int all = groups.digits(groups.size());
        if (all < SHORTEST) {
            return;
        }
        int plus = plusBefore(text, groups.start());
        if (plus >= 0) {
            international(text, groups, plus);
        } else if (stands(text, groups)) {
            national(text, groups);
        }
    }

    /** @return -1 where there is none */
    private static int plusBefore(ScannedText text, int start) {
        int position = start - 1;
        while (start - position < 3 && (text.at(position) == '(' || text.at(position) == ' ')) {
            position--;
        }
        boolean plus = text.at(position) == '+' || text.at(position) == '\uff0b';
        return plus && !text.isWord(position - 1) && text.at(position - 1) != ')' ? position : -1;
    }

    private void international(ScannedText text, DigitGroups groups, int plus) {
        for (int size = groups.size(); size > 0; size--) {
            int count = groups.digits(size);
            int end = groups.end(size - 1);
            if (count > LONGEST || count < SHORTEST_INTERNATIONAL || text.isWord(end)) {
                continue;
            }
            String digits = '+' + text.digits(groups.start(), end);
            Optional<PhoneNumber> number = international.valid(digits);
            if (number.isEmpty() && size > 1) {
                number = international.parse(digits).filter(international::isPossible);
            }
            if (number.isPresent()) {
                add(text, plus, end, number.get());
                return;
            }
        }
    }

    /** Whether it is no later part of other digits, of a word, a path, an amount or a fraction. */
    private static boolean stands(ScannedText text, DigitGroups groups) {
        int start = groups.start();
        char before = text.at(start - 1);
        if (text.isWord(start - 1) || "_$€£¥#%,./=\\^*~<".indexOf(before) >= 0) {
            return false;
        }
        // Only the first group of several begins a number; an area code in parentheses may follow a digit.
        int position = start - 1;
        while (start - position < 3
                && (DigitGroups.isSpace(text.at(position)) || DigitGroups.isHyphen(text.at(position)))) {
            position--;
        }
        return !text.isDigit(position) || before == '(';
    }

    private void national(ScannedText text, DigitGroups groups) {
        boolean close = text.speaksBefore(Topic.PHONE, groups.start(), CLOSE);
        for (int size = groups.size(); size > 0; size--) {
            int count = groups.digits(size);
            int end = groups.end(size - 1);
            if (count > LONGEST || count < SHORTEST || goesOn(text, end) || isOther(text, groups, size)) {
                continue;
            }
            if (!close && (size == 1 || count < SHORTEST + 2)) {
                continue;
            }
            Optional<PhoneNumber> number = close ? spokenOf(text, groups, size) : grouped(text, groups, size);
            if (number.isPresent()) {
                int start = text.at(groups.start() - 1) == '(' ? groups.start() - 1 : groups.start();
                add(text, start, end, number.get());
                return;
            }
        }
    }

    private static boolean goesOn(ScannedText text, int end) {
        char next = text.at(end);
        return text.isWord(end)
                || next == '_'
                || next == '%'
                || ((next == '.' || next == ',' || next == ':') && text.isDigit(end + 1));
    }

    /** A date, a fraction or a quotient: {@code 2023-05-12}, {@code 12.05.2023}, {@code 3.1415926}, {@code 2400 / 200}. */
    private static boolean isOther(ScannedText text, DigitGroups groups, int size) {
        if (size == 2 && text.at(groups.end(0)) == '.') {
            return true;
        }
        for (int group = 1; group < size; group++) {
            int start = groups.end(group - 1);
            String between = text.string(start, groups.start(group));
            if (between.indexOf('/') >= 0 && (group > 1 || between.length() > 1)) {
                return true;
            }
        }
        if (size == 2) {
            return groups.hasShape(4, 4)
                    && YEARS.matcher(text.digits(groups.start(), groups.end(1))).matches();
        }
        return size == 3 && DATES.contains(groups.length(0) + "-" + groups.length(1) + "-" + groups.length(2));
    }

    /** Where the text speaks of a telephone, a number need not have an area code. */
    private Optional<PhoneNumber> spokenOf(ScannedText text, DigitGroups groups, int size) {
        String digits = text.digits(groups.start(), groups.end(size - 1));
        Optional<PhoneNumber> local = Optional.empty();
        for (NumberPlan region : regions) {
            Optional<PhoneNumber> number = region.valid(digits);
            if (number.isPresent()) {
                return number;
            }
            if (size > 1 && local.isEmpty()) {
                local = region.parse(digits).filter(region::isPossible);
            }
        }
        return local;
    }

    private Optional<PhoneNumber> grouped(ScannedText text, DigitGroups groups, int size) {
        boolean area = text.at(groups.start() - 1) == '(' || text.at(groups.start()) == '0';
        if (!area && isQuantity(groups, size)) {
            return Optional.empty();
        }
        String digits = text.digits(groups.start(), groups.end(size - 1));
        for (NumberPlan region : regions) {
            Optional<PhoneNumber> number =
                    region.valid(digits).filter(valid -> isGrouped(groups, size, region.groups(valid)));
            if (number.isPresent()) {
                return number;
            }
        }
        return Optional.empty();
    }

    /** {@code 612 345 678} */
    private static boolean isQuantity(DigitGroups groups, int size) {
        for (int group = 1; group < size; group++) {
            if (groups.length(group) != THOUSANDS) {
                return false;
            }
        }
        return true;
    }

    /** Whether the last groups are the country's own, and what stands before them is its code or a trunk prefix. */
    private static boolean isGrouped(DigitGroups groups, int size, List<String> own) {
        int offset = size - own.size();
        if (offset < 0 || offset > 1 || (offset == 1 && groups.length(0) > LONGEST_COUNTRY_CODE)) {
            return false;
        }
        for (int group = 0; group < own.size(); group++) {
            if (own.get(group).length() != groups.length(group + offset)) {
                return false;
            }
        }
        return true;
    }

    private void add(ScannedText text, int start, int end, PhoneNumber number) {
        text.add(new Finding(start, end, kind(), "PHONE", international.canonical(number)));
    }
}

package io.stillstream.producer.redaction.detector.number;

import io.stillstream.producer.redaction.detector.DigitGroups;
import io.stillstream.producer.redaction.detector.Topic;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Identity numbers of digits alone: how many, how they are checked, and how they are written where nothing else tells them. */
final class NumericIds {

    /**
     * @param topic what the text speaks of where such a number is; null where its form says enough
     * @param digits how many
     * @param form how it is written where no word tells it, as {@code 3-2-4}; empty for none, or for any where it has no topic
     */
    record NumericId(@Nullable Topic topic, int digits, String form, Predicate<String> valid) {}

    static final List<NumericId> ALL = List.of(
            new NumericId(Topic.SSN, 9, "3-2-4", NumericIds::isSsn),
            new NumericId(Topic.NL_BSN, 9, "", id -> Checksums.weighted(id, 11, 9, 8, 7, 6, 5, 4, 3, 2, -1)),
            new NumericId(Topic.CA_SIN, 9, "", Checksums::luhn),
            new NumericId(Topic.AU_TFN, 9, "", id -> Checksums.weighted(id, 11, 1, 4, 3, 7, 5, 8, 6, 9, 10)),
            new NumericId(Topic.PT_NIF, 9, "", id -> endsIn(id, 9, 9, 8, 7, 6, 5, 4, 3, 2)),
            new NumericId(Topic.UK_NHS, 10, "", id -> endsIn(id, -1, 10, 9, 8, 7, 6, 5, 4, 3, 2)),
            new NumericId(Topic.NORDIC, 10, "6-4", id -> isDate(id.substring(0, 6)) && Checksums.luhn(id)),
            new NumericId(Topic.NORDIC, 12, "8-4", id -> isDate(id.substring(2, 8)) && Checksums.luhn(id.substring(2))),
            new NumericId(Topic.NORDIC, 11, "", NumericIds::isNorwegian),
            new NumericId(Topic.DE_TAX, 11, "", id -> id.charAt(0) != '0' && Checksums.mod11And10(id)),
            new NumericId(Topic.BR_CPF, 11, "3.3.3-2", NumericIds::isCpf),
            new NumericId(Topic.PL_PESEL, 11, "", id -> Checksums.weighted(id, 10, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)),
            new NumericId(Topic.BE_RRN, 11, "2.2.2-3.2", NumericIds::isBelgian),
            new NumericId(Topic.IN_AADHAAR, 12, "", id -> id.charAt(0) > '1' && Checksums.verhoeff(id)),
            new NumericId(Topic.JP_NUMBER, 12, "", id -> endsIn(id, 0, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)),
            new NumericId(null, 13, "3.4.4.2", NumericIds::isSwiss),
            new NumericId(
                    null, 13, "6-7", id -> isDate(id.substring(0, 6)) && id.charAt(6) >= '1' && id.charAt(6) <= '8'),
            new NumericId(null, 15, "", NumericIds::isFrench),
            new NumericId(null, 18, "", id -> isChinese(id.substring(0, 17), id.charAt(17))));

    private NumericIds() {}

    /** Social Security numbers and taxpayer numbers of the same form, by their areas and groups. */
    private static boolean isSsn(String id) {
        int area = Integer.parseInt(id.substring(0, 3));
        int group = Integer.parseInt(id.substring(3, 5));
        boolean taxpayer = area >= 900 && group >= 50;
        return area != 0 && area != 666 && (area < 900 || taxpayer) && group != 0 && !id.endsWith("0000");
    }

    private static boolean isCpf(String id) {
        return id.chars().distinct().count() > 1
                && endsIn(id.substring(0, 10), 0, 10, 9, 8, 7, 6, 5, 4, 3, 2)
                && endsIn(id, 0, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2);
    }

    /** Whether the last digit is 11 less the weighted sum's remainder; {@code high} stands for 10 and 11, or none where negative. */
    private static boolean endsIn(String id, int high, int... weights) {
        int sum = IntStream.range(0, weights.length)
                .map(i -> weights[i] * (id.charAt(i) - '0'))
                .sum();
        int check = 11 - sum % 11;
        int last = id.charAt(weights.length) - '0';
        if (check >= 10) {
            return high < 0 ? check == 11 && last == 0 : last == 0;
        }
        return check == last;
    }

    private static boolean isNorwegian(String id) {
        return Checksums.weighted(id, 11, 3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
                && Checksums.weighted(id, 11, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1);
    }

    private static boolean isBelgian(String id) {
        int check = Integer.parseInt(id.substring(9));
        long number = Long.parseLong(id.substring(0, 9));
        return check == 97 - number % 97 || check == 97 - (2_000_000_000L + number) % 97;
    }

    private static boolean isSwiss(String id) {
        return id.startsWith("756") && Checksums.weighted(id, 10, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1);
    }

    private static boolean isFrench(String id) {
        int month = Integer.parseInt(id.substring(3, 5));
        return (id.charAt(0) == '1' || id.charAt(0) == '2')
                && month >= 1
                && (month <= 12 || month >= 20)
                && Integer.parseInt(id.substring(13)) == 97 - Checksums.modulo(id.substring(0, 13), 97);
    }

    /** @param check a digit, or X for 10 */
    static boolean isChinese(String digits, char check) {
        int[] weights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
        int sum = IntStream.range(0, weights.length)
                .map(i -> weights[i] * (digits.charAt(i) - '0'))
                .sum();
        String century = digits.substring(6, 8);
        return (century.equals("19") || century.equals("20"))
                && isDate(digits.substring(8, 14))
                && "10X98765432".charAt(sum % 11) == Character.toUpperCase(check);
    }

    /** Six digits of a year, a month and a day. */
    static boolean isDate(String digits) {
        int month = Integer.parseInt(digits.substring(2, 4));
        int day = Integer.parseInt(digits.substring(4, 6));
        return month >= 1 && month <= 12 && day >= 1 && day <= 31;
    }

    /** All lengths that there are. */
    static boolean hasLength(int digits) {
        return digits < LENGTHS.length && LENGTHS[digits];
    }

    private static final boolean[] LENGTHS = lengths();

    private static boolean[] lengths() {
        boolean[] lengths = new boolean[DigitGroups.MOST_DIGITS + 1];
        ALL.forEach(id -> lengths[id.digits()] = true);
        return lengths;
    }
}

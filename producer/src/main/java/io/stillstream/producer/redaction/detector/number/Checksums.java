package io.stillstream.producer.redaction.detector.number;

/** Check digits as the standards define them, of strings of ASCII digits. */
final class Checksums {

    private static final String VERHOEFF_PRODUCT =
            "0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210";
    private static final String VERHOEFF_PERMUTATION =
            "01234567891576283094580379614289160435279453126870428657390127938064157046913258";

    private Checksums() {}

    /** ISO/IEC 7812-1, of payment cards. */
    static boolean luhn(String digits) {
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            int doubled = i % 2 == 0 ? digit : 2 * digit;
            sum += doubled > 9 ? doubled - 9 : doubled;
        }
        return sum % 10 == 0;
    }

    /** ISO 13616, of an IBAN in capitals without spaces: modulo 97. */
    static boolean iban(String iban) {
        int remainder = 0;
        String turned = iban.substring(4) + iban.substring(0, 4);
        for (int i = 0; i < turned.length(); i++) {
            int value = Character.digit(turned.charAt(i), 36);
            if (value < 0) {
                return false;
            }
            remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
        }
        return remainder == 1;
    }

    /** Whether the digits, each times its weight, add up to a multiple. */
    static boolean weighted(String digits, int modulus, int... weights) {
        int sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += weights[i] * (digits.charAt(i) - '0');
        }
        return Math.floorMod(sum, modulus) == 0;
    }

    /** The check digit of ISO 7064 MOD 11,10, of German tax ids. */
    static boolean mod11And10(String digits) {
        int product = 10;
        for (int i = 0; i < digits.length() - 1; i++) {
            int sum = (digits.charAt(i) - '0' + product) % 10;
            product = 2 * (sum == 0 ? 10 : sum) % 11;
        }
        int check = 11 - product;
        return (check == 10 ? 0 : check) == digits.charAt(digits.length() - 1) - '0';
    }

    /** Verhoeff's check digit, of Aadhaar numbers. */
    static boolean verhoeff(String digits) {
        int check = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            int permuted = VERHOEFF_PERMUTATION.charAt(i % 8 * 10 + digit) - '0';
            check = VERHOEFF_PRODUCT.charAt(check * 10 + permuted) - '0';
        }
        return check == 0;
    }

    /** A number's remainder, whatever its length. */
    static int modulo(String digits, int modulus) {
        int remainder = 0;
        for (int i = 0; i < digits.length(); i++) {
            remainder = (remainder * 10 + digits.charAt(i) - '0') % modulus;
        }
        return remainder;
    }
}

package io.stillstream.bench.redaction;

import java.math.BigInteger;
import java.util.Locale;

/** Check digits, written from their definitions and not from what redaction does. */
final class Checksums {

    private static final int[][] VERHOEFF_PRODUCT = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5}, {2, 3, 4, 0, 1, 7, 8, 9, 5, 6},
        {3, 4, 0, 1, 2, 8, 9, 5, 6, 7}, {4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
        {6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3}, {8, 7, 6, 5, 9, 3, 2, 1, 0, 4},
        {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}
    };
    private static final int[][] VERHOEFF_PERMUTATION = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4}, {5, 8, 0, 3, 7, 9, 6, 1, 4, 2},
        {8, 9, 1, 6, 0, 4, 3, 5, 2, 7}, {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
        {2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8}
    };
    private static final String DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";

    private Checksums() {}

    /** The digits with Luhn's check digit behind them. */
    static String luhn(String digits) {
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            int doubled = i % 2 == 0 ? 2 * digit : digit;
            sum += doubled > 9 ? doubled - 9 : doubled;
        }
        return digits + (10 - sum % 10) % 10;
    }

    /** ISO 13616: two check digits between country and account. */
    static String iban(String country, String account) {
        StringBuilder digits = new StringBuilder();
        for (char c : (account + country + "00").toCharArray()) {
            digits.append(Character.digit(c, 36));
        }
        int rest = new BigInteger(digits.toString()).mod(BigInteger.valueOf(97)).intValue();
        return country + String.format(Locale.ROOT, "%02d", 98 - rest) + account;
    }

    /** India's Aadhaar: Verhoeff's check digit behind the digits. */
    static String verhoeff(String digits) {
        int check = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            check = VERHOEFF_PRODUCT[check][VERHOEFF_PERMUTATION[(i + 1) % 8][digit]];
        }
        for (int inverse = 0; inverse < 10; inverse++) {
            if (VERHOEFF_PRODUCT[check][inverse] == 0) {
                return digits + inverse;
            }
        }
        throw new IllegalStateException("no inverse");
    }

    /** Spain's DNI: eight digits and a letter. */
    static String dni(String digits) {
        return digits + DNI_LETTERS.charAt(Integer.parseInt(digits) % DNI_LETTERS.length());
    }

    /** Brazil's CPF: nine digits and two check digits. */
    static String cpf(String nine) {
        String ten = nine + cpfDigit(nine);
        return ten + cpfDigit(ten);
    }

    private static int cpfDigit(String digits) {
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            sum += (digits.charAt(i) - '0') * (digits.length() + 1 - i);
        }
        int rest = sum * 10 % 11;
        return rest == 10 ? 0 : rest;
    }

    /** The Netherlands' BSN: nine digits whose weighted sum is a multiple of 11; empty where eight digits have no ninth. */
    static String bsn(String eight) {
        int sum = 0;
        for (int i = 0; i < eight.length(); i++) {
            sum += (eight.charAt(i) - '0') * (9 - i);
        }
        int last = sum % 11;
        return last == 10 ? "" : eight + last;
    }

    /** France's NIR: thirteen digits and a key of two. */
    static String nir(String thirteen) {
        return thirteen + String.format(Locale.ROOT, "%02d", 97 - Long.parseLong(thirteen) % 97);
    }
}

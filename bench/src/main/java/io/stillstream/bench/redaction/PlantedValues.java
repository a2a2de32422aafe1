package io.stillstream.bench.redaction;

import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Makes valid values of every kind, in the forms that people write them in. For one thread. */
final class PlantedValues {

    private static final String DIGITS = "0123456789";
    private static final String LOWER = "abcdefghijklmnopqrstuvwxyz";
    private static final String UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final String ALPHANUMERIC = LOWER + UPPER + DIGITS;
    private static final List<String> NAMES = List.of(
            "anna", "jörg", "müller", "li.wei", "o'brien", "maria.garcia", "k_tanaka", "sven-olof", "pat", "d.r.smith");
    private static final List<String> DOMAINS = List.of(
            "mail.com",
            "firma.de",
            "correo.es",
            "co-op.co.uk",
            "sub.dept.univ.edu",
            "posta.it",
            "xn--bcher-kva.ch",
            "startup.io");
    private static final List<String> REGIONS =
            List.of("US", "GB", "DE", "FR", "ES", "IT", "NL", "PL", "IN", "BR", "JP", "AU", "MX", "CN");
    private static final List<String> CALL = List.of(
            "You can call me at ",
            "my number is ",
            "Telefon: ",
            "Tel. ",
            "mon numéro est le ",
            "llámame al ",
            "電話: ",
            "phone ");
    private static final List<String> CARDS =
            List.of("4", "51", "55", "2221", "2720", "34", "37", "6011", "3528", "62");

    private final Random random;
    private final PhoneNumberUtil phones = PhoneNumberUtil.getInstance();

    PlantedValues(Random random) {
        this.random = random;
    }

    PlantedValue next() {
        return switch (random.nextInt(7)) {
            case 0 -> email();
            case 1 -> phone();
            case 2 -> card();
            case 3 -> iban();
            case 4 -> address();
            case 5 -> nationalId();
            default -> secret();
        };
    }

    private PlantedValue email() {
        String local = pick(NAMES)
                + (random.nextBoolean() ? random.nextInt(1000) : "")
                + (random.nextInt(5) == 0 ? "+news" : "");
        String text = local + "@" + pick(DOMAINS);
        return new PlantedValue(
                "email",
                "plain",
                random.nextInt(6) == 0 ? text.toUpperCase(Locale.ROOT) : text,
                pick(List.of(
                        "write to ", "my address is ", "E-Mail: ", "mailto:", "contact <", "me escribe a ", "邮箱是")));
    }

    private PlantedValue phone() {
        for (; ; ) {
            String region = pick(REGIONS);
            PhoneNumber example = phones.getExampleNumberForType(
                    region,
                    random.nextBoolean()
                            ? PhoneNumberUtil.PhoneNumberType.MOBILE
                            : PhoneNumberUtil.PhoneNumberType.FIXED_LINE);
            if (example == null) {
                continue;
            }
            String digits = Long.toString(example.getNationalNumber());
            String other = digits.substring(0, digits.length() - 4) + digits(4);
            var number =
                    new PhoneNumber().setCountryCode(example.getCountryCode()).setNationalNumber(Long.parseLong(other));
            if (example.hasItalianLeadingZero()) {
                number.setItalianLeadingZero(true);
            }
            if (!phones.isValidNumber(number)) {
                continue;
            }
            PhoneNumberFormat format =
                    pick(List.of(PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL));
            return new PlantedValue(
                    "phone",
                    format.name().toLowerCase(Locale.ROOT) + " " + region,
                    phones.format(number, format),
                    pick(CALL));
        }
    }

    private PlantedValue card() {
        String begins = pick(CARDS);
        int length = begins.startsWith("3") && !begins.startsWith("35")
                ? 15
                : random.nextInt(8) == 0 && begins.equals("4") ? 19 : 16;
        String digits = Checksums.luhn(begins + digits(length - 1 - begins.length()));
        String separator = pick(List.of("", " ", "-"));
        return new PlantedValue(
                "card",
                length + " digits, separated by '" + separator + "'",
                length == 15 ? grouped(digits, separator, 4, 6, 5) : grouped(digits, separator, 4, 4, 4, 4, 4),
                pick(List.of(
                        "my card is ",
                        "Kreditkarte ",
                        "pay with ",
                        "card number: ",
                        "tarjeta ",
                        "numéro de carte ",
                        "")));
    }

    private PlantedValue iban() {
        String text = switch (random.nextInt(7)) {
            case 0 -> Checksums.iban("DE", digits(18));
            case 1 -> Checksums.iban("GB", letters(4) + digits(14));
            case 2 -> Checksums.iban("FR", digits(10) + letters(2) + digits(11));
            case 3 -> Checksums.iban("NL", letters(4) + digits(10));
            case 4 -> Checksums.iban("ES", digits(20));
            case 5 -> Checksums.iban("IT", letters(1) + digits(10) + digits(12));
            default -> Checksums.iban("CH", digits(17));
        };
        boolean grouped = random.nextBoolean();
        return new PlantedValue(
                "iban",
                text.substring(0, 2) + (grouped ? " grouped" : " plain"),
                grouped ? grouped(text, " ", 4, 4, 4, 4, 4, 4, 4, 4, 4) : text,
                pick(List.of("IBAN ", "transfer it to ", "Konto: ", "virement sur ", "cuenta ", "")));
    }

    private PlantedValue address() {
        if (random.nextInt(3) == 0) {
            StringBuilder text = new StringBuilder("2a0").append(1 + random.nextInt(9));
            for (int i = 0; i < 7; i++) {
                text.append(':').append(Integer.toHexString(1 + random.nextInt(0xfffe)));
            }
            return new PlantedValue("ip", "v6", text.toString(), pick(List.of("from ", "server ", "IP: ", "host ")));
        }
        String text = (11 + random.nextInt(110)) + "." + random.nextInt(256) + "." + random.nextInt(256) + "."
                + (1 + random.nextInt(254));
        return new PlantedValue(
                "ip",
                "v4",
                text.startsWith("127.") ? "88" + text.substring(3) : text,
                pick(List.of("from ", "my IP is ", "ssh root@", "http://", "host=")));
    }

    private PlantedValue nationalId() {
        return switch (random.nextInt(9)) {
            case 0 ->
                id(
                        "SSN",
                        String.format(
                                Locale.ROOT,
                                "%03d-%02d-%04d",
                                100 + random.nextInt(565),
                                1 + random.nextInt(99),
                                1 + random.nextInt(9999)),
                        "my SSN is ",
                        "Social Security number: ",
                        "social security no. ");
            case 1 ->
                id(
                        "NINO",
                        "AB" + digits(6) + pick(List.of("A", "B", "C", "D")),
                        "National Insurance number ",
                        "my NI number is ");
            case 2 -> id("DNI", Checksums.dni(digits(8)), "mi DNI es ", "DNI: ", "documento nacional de identidad ");
            case 3 -> {
                String cpf = Checksums.cpf(digits(9));
                yield id(
                        "CPF",
                        random.nextBoolean()
                                ? cpf
                                : cpf.substring(0, 3) + "." + cpf.substring(3, 6) + "." + cpf.substring(6, 9) + "-"
                                        + cpf.substring(9),
                        "meu CPF é ",
                        "CPF ");
            }
            case 4 -> {
                String bsn = "";
                while (bsn.isEmpty()) {
                    bsn = Checksums.bsn((1 + random.nextInt(9)) + digits(7));
                }
                yield id("BSN", bsn, "mijn BSN is ", "burgerservicenummer ");
            }
            case 5 ->
                id(
                        "NIR",
                        Checksums.nir((1 + random.nextInt(2))
                                + String.format(
                                        Locale.ROOT,
                                        "%02d%02d%02d",
                                        random.nextInt(100),
                                        1 + random.nextInt(12),
                                        1 + random.nextInt(95))
                                + digits(6)),
                        "numéro de sécurité sociale ",
                        "mon NIR est ");
            case 6 -> {
                String aadhaar = Checksums.verhoeff((2 + random.nextInt(8)) + digits(10));
                yield id(
                        "Aadhaar",
                        random.nextBoolean() ? aadhaar : grouped(aadhaar, " ", 4, 4, 4),
                        "my Aadhaar number is ",
                        "Aadhaar: ");
            }
            case 7 -> id("PAN", letters(3) + "P" + letters(1) + digits(4) + letters(1), "PAN card ", "my PAN is ");
            default ->
                id(
                        "SSN",
                        digits(0)
                                + String.format(
                                        Locale.ROOT,
                                        "%03d%02d%04d",
                                        100 + random.nextInt(565),
                                        1 + random.nextInt(99),
                                        1 + random.nextInt(9999)),
                        "SSN ",
                        "social security number ");
        };
    }

    private PlantedValue secret() {
        return switch (random.nextInt(14)) {
            case 0 -> secret("AWS key id", "AKIA" + of(UPPER + "234567", 16));
            case 1 -> secret("GitHub", "ghp_" + of(ALPHANUMERIC, 36));
            case 2 -> secret("GitLab", "glpat-" + of(ALPHANUMERIC, 20));
            case 3 -> secret("Slack", "xoxb-" + digits(12) + "-" + digits(12) + "-" + of(ALPHANUMERIC, 24));
            case 4 -> secret("OpenAI", "sk-proj-" + of(ALPHANUMERIC, 48));
            case 5 -> secret("Anthropic", "sk-ant-api03-" + of(ALPHANUMERIC, 60));
            case 6 -> secret("Google", "AIza" + of(ALPHANUMERIC, 35));
            case 7 -> secret("Stripe", "sk_live_" + of(ALPHANUMERIC, 24));
            case 8 -> secret("Hugging Face", "hf_" + of(ALPHANUMERIC, 34));
            case 9 -> secret("npm", "npm_" + of(ALPHANUMERIC, 36));
            case 10 ->
                secret(
                        "JWT",
                        "eyJhbGciOiJIUzI1NiJ9." + base64("{\"sub\":\"" + digits(10) + "\"}") + "."
                                + of(ALPHANUMERIC + "-_", 43));
            case 11 ->
                secret(
                        "private key",
                        "-----BEGIN RSA PRIVATE KEY-----\n" + of(ALPHANUMERIC + "+/", 64) + "\n"
                                + of(ALPHANUMERIC + "+/", 64) + "\n-----END RSA PRIVATE KEY-----");
            case 12 -> new PlantedValue("secret", "password in a URL", of(ALPHANUMERIC, 14), "postgres://app:");
            default ->
                new PlantedValue(
                        "secret",
                        "after a word",
                        of(ALPHANUMERIC, 32),
                        pick(List.of(
                                "api_key = ",
                                "\"client_secret\": \"",
                                "password: ",
                                "Authorization: Bearer ",
                                "token=")));
        };
    }

    private PlantedValue secret(String form, String text) {
        return new PlantedValue(
                "secret", form, text, pick(List.of("use ", "the key is ", "export KEY=", "Schlüssel: ", "", "clé : ")));
    }

    private PlantedValue id(String form, String text, String... said) {
        return new PlantedValue("national-id", form, text, pick(List.of(said)));
    }

    private String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private String digits(int count) {
        return of(DIGITS, count);
    }

    private String letters(int count) {
        return of(UPPER, count);
    }

    private String of(String alphabet, int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    private <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private static String grouped(String text, String separator, int... sizes) {
        StringBuilder grouped = new StringBuilder();
        int from = 0;
        for (int size : sizes) {
            if (from < text.length()) {
                grouped.append(from == 0 ? "" : separator).append(text, from, Math.min(text.length(), from + size));
                from += size;
            }
        }
        return grouped.toString();
    }
}

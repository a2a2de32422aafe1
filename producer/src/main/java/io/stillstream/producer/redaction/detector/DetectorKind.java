package io.stillstream.producer.redaction.detector;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What is looked for; the label of a meter and a name in the configuration. Where two find the same text, the first of them says
 * what it is.
 */
public enum DetectorKind {
    EMAIL,
    CARD,
    IBAN,
    NATIONAL_ID,
    IP,
    SECRET,
    PHONE,
    /** What the user's own rules look for. */
    RULE;

    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static List<String> labels() {
        return Arrays.stream(values()).map(DetectorKind::label).toList();
    }

    /** The labels of those that can be switched off by their name: the user's rules are switched on by their file. */
    public static List<String> builtIn() {
        return Arrays.stream(values())
                .filter(kind -> kind != RULE)
                .map(DetectorKind::label)
                .toList();
    }
}

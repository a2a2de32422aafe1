package io.stillstream.producer.redaction;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What is looked for; the label of a meter and a name in the configuration. */
enum DetectorKind {
    EMAIL,
    PHONE,
    CARD,
    IBAN,
    IP,
    NATIONAL_ID,
    SECRET;

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static List<String> labels() {
        return Arrays.stream(values()).map(DetectorKind::label).toList();
    }
}

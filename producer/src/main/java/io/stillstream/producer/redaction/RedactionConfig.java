package io.stillstream.producer.redaction;

import io.stillstream.configuration.Check;
import io.stillstream.configuration.HoldsSecrets;
import io.stillstream.producer.redaction.detector.DetectorKind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What is taken out of traffic before it is written anywhere.
 *
 * @param enabled whether traffic is redacted at all; without it everything is written as it came
 * @param detectors what is looked for: {@code email}, {@code card}, {@code iban}, {@code national-id}, {@code ip},
 *     {@code secret}, {@code phone}
 * @param rules a file of further rules in the TOML of gitleaks; empty for none
 * @param phoneRegions the countries whose numbers are known without their country code, by two letters
 * @param maxRecordCharacters the longest record that is looked at, all of its texts together; a longer one is dropped
 * @param timeLimit the longest that one record may take; one that takes longer is dropped
 * @param key what placeholders are numbered and ids are hashed with, at least 32 characters, for processes on several machines
 *     that are to agree; empty for a random key in {@code redaction.key} in the data directory
 */
public record RedactionConfig(
        boolean enabled,
        List<String> detectors,
        String rules,
        List<String> phoneRegions,
        int maxRecordCharacters,
        Duration timeLimit,
        String key)
        implements HoldsSecrets {

    private static final int LONGEST_RECORD = 256 << 20;
    private static final int SHORTEST_KEY = 32;

    public RedactionConfig {
        detectors = List.copyOf(detectors);
        phoneRegions = List.copyOf(phoneRegions);
        for (String detector : detectors) {
            Check.that(
                    DetectorKind.builtIn().contains(detector),
                    "detectors",
                    detector,
                    "names out of " + DetectorKind.builtIn());
        }
        for (String region : phoneRegions) {
            Check.that(region.matches("[A-Z]{2}"), "phoneRegions", region, "two capital letters each, as US");
        }
        Check.between("maxRecordCharacters", maxRecordCharacters, 1, LONGEST_RECORD);
        Check.between("timeLimit", timeLimit, Duration.ofMillis(1), Duration.ofMinutes(1));
        Check.that(
                key.isEmpty() || key.length() >= SHORTEST_KEY,
                "key",
                key.length() + " characters",
                "at least " + SHORTEST_KEY + " of them, or none");
    }

    public static RedactionConfig defaults() {
        return new RedactionConfig(
                true,
                DetectorKind.builtIn(),
                "",
                List.of("AU", "BR", "CN", "DE", "ES", "FR", "GB", "IN", "IT", "JP", "MX", "NL", "PL", "US"),
                64 << 20,
                Duration.ofSeconds(5),
                "");
    }

    /** The same with redaction switched off. */
    public static RedactionConfig disabled() {
        RedactionConfig usual = defaults();
        return new RedactionConfig(
                false,
                usual.detectors,
                usual.rules,
                usual.phoneRegions,
                usual.maxRecordCharacters,
                usual.timeLimit,
                usual.key);
    }

    @Override
    public Map<String, Predicate<String>> secrets() {
        return Map.of("key", WHOLE);
    }
}

package io.stillstream.producer.redaction;

import io.stillstream.producer.redaction.detector.Detector;
import io.stillstream.producer.redaction.detector.DetectorKind;
import io.stillstream.producer.redaction.detector.EmailDetector;
import io.stillstream.producer.redaction.detector.IpDetector;
import io.stillstream.producer.redaction.detector.Scanner;
import io.stillstream.producer.redaction.detector.number.CardDetector;
import io.stillstream.producer.redaction.detector.number.IbanDetector;
import io.stillstream.producer.redaction.detector.number.NationalIdDetector;
import io.stillstream.producer.redaction.detector.number.PhoneDetector;
import io.stillstream.producer.redaction.detector.secret.PasswordDetector;
import io.stillstream.producer.redaction.detector.secret.SecretDetector;
import io.stillstream.producer.redaction.rules.RuleDetector;
import io.stillstream.producer.redaction.rules.RuleFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The detectors that a configuration names. */
final class Detectors {

    private Detectors() {}

    static Scanner scanner(RedactionConfig config) {
        List<Detector> detectors = new ArrayList<>();
        for (DetectorKind kind : DetectorKind.values()) {
            if (config.detectors().contains(kind.label())) {
                detectors.addAll(of(kind, config));
            }
        }
        List<RuleDetector> rules = config.rules().isEmpty() ? List.of() : RuleFile.read(Path.of(config.rules()));
        detectors.addAll(rules);
        return new Scanner(
                detectors, rules.stream().map(RuleDetector::ruleKeywords).toList());
    }

    private static List<Detector> of(DetectorKind kind, RedactionConfig config) {
        return switch (kind) {
            case EMAIL -> List.of(new EmailDetector());
            case PHONE -> List.of(new PhoneDetector(config.phoneRegions()));
            case CARD -> List.of(new CardDetector());
            case IBAN -> List.of(new IbanDetector());
            case IP -> List.of(new IpDetector());
            case NATIONAL_ID -> List.of(new NationalIdDetector());
            case SECRET -> List.of(new SecretDetector(), new PasswordDetector());
            case RULE -> List.of();
        };
    }
}

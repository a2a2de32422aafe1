package io.stillstream.producer.redaction;

import io.stillstream.producer.redaction.detector.Finding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Findings that do not overlap: of several that do, one covers all that they cover. */
final class Spans {

    private static final Comparator<Finding> ORDER = Comparator.comparingInt(Finding::start)
            .thenComparing(Comparator.comparingInt(Finding::end).reversed())
            .thenComparing(Finding::detector);

    private Spans() {}

    /** In their order in the text; what one of several is, the longest says. */
    static List<Finding> merge(String text, List<Finding> findings) {
        List<Finding> merged = new ArrayList<>();
        findings.stream().sorted(ORDER).forEach(finding -> {
            Finding last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
            if (last == null || finding.start() >= last.end()) {
                merged.add(finding);
            } else if (finding.end() > last.end()) {
                merged.set(merged.size() - 1, union(text, last, finding));
            }
        });
        return merged;
    }

    private static Finding union(String text, Finding first, Finding second) {
        Finding longer = second.end() - second.start() > first.end() - first.start() ? second : first;
        return new Finding(
                first.start(),
                second.end(),
                longer.detector(),
                longer.type(),
                text.substring(first.start(), second.end()));
    }
}

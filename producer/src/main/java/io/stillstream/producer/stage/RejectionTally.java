package io.stillstream.producer.stage;

import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.producer.RejectionCount;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts rejected lines by code and shows the first few of each, so that nobody has to look into dead letters to know why. */
final class RejectionTally {

    private static final Logger LOG = LoggerFactory.getLogger(RejectionTally.class);

    private final int shown;
    private final Map<RejectionCode, Integer> met = new EnumMap<>(RejectionCode.class);
    private final Map<RejectionCode, RejectionCount> counts = new LinkedHashMap<>();

    /** @param shown of each code, how many lines are shown */
    RejectionTally(int shown) {
        this.shown = shown;
    }

    /** Shows the rejection if it is one of the first of its code. */
    void show(Rejection rejection, String source, long line) {
        int seen = met.merge(rejection.code(), 1, Integer::sum);
        if (seen <= shown) {
            LOG.warn(
                    "{} line {} rejected ({}): {}",
                    source,
                    line,
                    rejection.code().label(),
                    rejection.detail());
        }
        if (seen == shown + 1) {
            LOG.info(
                    "further lines rejected with {} are counted and not shown",
                    rejection.code().label());
        }
    }

    /** Counts a line whose dead letter is on the topic. */
    void add(RejectionCode code, String source, long line) {
        counts.merge(
                code,
                new RejectionCount(code, 1, source, line),
                (before, one) -> new RejectionCount(code, before.lines() + 1, before.source(), before.firstLine()));
    }

    List<RejectionCount> counts() {
        Collection<RejectionCount> all = counts.values();
        return List.copyOf(all);
    }
}

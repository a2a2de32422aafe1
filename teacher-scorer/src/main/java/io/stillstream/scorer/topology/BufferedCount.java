package io.stillstream.scorer.topology;

import io.stillstream.monitoring.ScorerMeters;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps the gauge of buffered prompts at the sum over all partitions. */
final class BufferedCount {

    private final AtomicInteger total = new AtomicInteger();
    private final ScorerMeters meters;

    BufferedCount(ScorerMeters meters) {
        this.meters = meters;
    }

    void add(int prompts) {
        meters.recordBuffered(total.addAndGet(prompts));
    }
}

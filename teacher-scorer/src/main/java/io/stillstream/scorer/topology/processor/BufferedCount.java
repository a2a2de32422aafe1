package io.stillstream.scorer.topology.processor;

import io.stillstream.monitoring.distillation.ScorerMeters;
import io.stillstream.scorer.topology.prompt.BufferedPrompt;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** How many prompts are buffered over all partitions, which a gauge shows, and the memory that they take. */
final class BufferedCount {

    private final AtomicInteger total = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final ScorerMeters meters;

    BufferedCount(ScorerMeters meters) {
        this.meters = meters;
    }

    void add(BufferedPrompt prompt) {
        bytes.addAndGet(prompt.bytes());
        meters.recordBuffered(total.incrementAndGet());
    }

    void remove(List<BufferedPrompt> prompts) {
        bytes.addAndGet(-prompts.stream().mapToLong(BufferedPrompt::bytes).sum());
        meters.recordBuffered(total.addAndGet(-prompts.size()));
    }

    long bytes() {
        return bytes.get();
    }
}

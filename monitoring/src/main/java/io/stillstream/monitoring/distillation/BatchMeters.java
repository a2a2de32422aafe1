package io.stillstream.monitoring.distillation;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.stillstream.monitoring.stage.Histograms;
import io.stillstream.monitoring.stage.Stage;

/** How much work a stage puts into one call of its model. */
final class BatchMeters {

    private final DistributionSummary sequences;
    private final DistributionSummary tokens;

    BatchMeters(MeterRegistry registry, Stage stage) {
        sequences = Histograms.sizes("stillstream.batch.sequences", "Sequences in a batch", "sequences")
                .tags(stage.tags())
                .register(registry);
        tokens = Histograms.sizes("stillstream.batch.tokens", "Tokens in a batch, prompts included", "tokens")
                .tags(stage.tags())
                .register(registry);
    }

    void record(int batchSequences, int batchTokens) {
        sequences.record(batchSequences);
        tokens.record(batchTokens);
    }
}

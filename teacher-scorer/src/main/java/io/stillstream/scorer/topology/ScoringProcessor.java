package io.stillstream.scorer.topology;

import java.time.Duration;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Runs a {@link PartitionScorer} as Kafka Streams calls it.
 *
 * <p>After a transaction that was aborted, Kafka Streams restores the store and initialises this same instance again: what
 * it knew of the partition goes with the old {@link PartitionScorer}.
 */
final class ScoringProcessor implements Processor<byte[], byte[], byte[], byte[]> {

    private static final int TICKS_PER_LINGER = 4;

    private final ScorerContext shared;
    private @Nullable PartitionScorer partition;
    private @Nullable Cancellable ticks;

    ScoringProcessor(ScorerContext shared) {
        this.shared = shared;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        close();
        var scorer = new PartitionScorer(context, shared);
        long tickMillis = Math.max(1, shared.config().linger().toMillis() / TICKS_PER_LINGER);
        partition = scorer;
        ticks = context.schedule(Duration.ofMillis(tickMillis), PunctuationType.WALL_CLOCK_TIME, scorer::tick);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        if (partition == null) {
            throw new IllegalStateException("a record came before the processor was initialised");
        }
        partition.take(record);
    }

    @Override
    public void close() {
        if (ticks != null) {
            ticks.cancel();
            ticks = null;
        }
        if (partition != null) {
            partition.leave();
            partition = null;
        }
    }
}

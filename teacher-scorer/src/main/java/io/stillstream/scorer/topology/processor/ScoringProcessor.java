package io.stillstream.scorer.topology.processor;

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
 * it knew of the partition is dropped with the old {@link PartitionScorer}.
 */
final class ScoringProcessor implements Processor<byte[], byte[], byte[], byte[]> {

    private static final int PUNCTUATIONS_PER_LINGER = 4;

    private final ScorerContext scorerContext;
    private @Nullable PartitionScorer partition;
    private @Nullable Cancellable punctuation;

    ScoringProcessor(ScorerContext scorerContext) {
        this.scorerContext = scorerContext;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        close();
        var scorer = new PartitionScorer(context, scorerContext);
        long intervalMillis = Math.max(1, scorerContext.config().linger().toMillis() / PUNCTUATIONS_PER_LINGER);
        partition = scorer;
        punctuation =
                context.schedule(Duration.ofMillis(intervalMillis), PunctuationType.WALL_CLOCK_TIME, scorer::punctuate);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        if (partition == null) {
            throw new IllegalStateException("a record came before the processor was initialised");
        }
        partition.process(record);
    }

    @Override
    public void close() {
        if (punctuation != null) {
            punctuation.cancel();
            punctuation = null;
        }
        if (partition != null) {
            partition.close();
            partition = null;
        }
    }
}

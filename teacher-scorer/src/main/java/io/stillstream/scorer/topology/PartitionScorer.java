package io.stillstream.scorer.topology;

import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.Scoring;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds one partition's prompts until they fill a batch or have waited long enough, then sends on what the teacher says,
 * in the order in which they came.
 *
 * <p>The buffer is the state store, keyed by source offset; the list on the heap is a view of it with the prompts' tokens.
 * Kafka Streams commits only between two calls of this class, so the offsets it read, the store's changes and what it sent
 * become visible together or not at all.
 */
final class PartitionScorer {

    private static final Logger LOG = LoggerFactory.getLogger(PartitionScorer.class);

    private final ProcessorContext<byte[], byte[]> context;
    private final ScorerConfig config;
    private final BufferedCount waitingCount;
    private final KeyValueStore<Long, SourceRecord> buffer;
    private final PromptReader reader;
    private final BatchScorer scorer;
    private final ResultSender outgoing;

    private final List<BufferedPrompt> waiting = new ArrayList<>();
    private int waitingTokens;
    private long waitingSinceMillis;
    private boolean restored;

    PartitionScorer(ProcessorContext<byte[], byte[]> context, ScorerContext shared) {
        this.context = context;
        this.config = shared.config();
        this.waitingCount = shared.waitingCount();
        this.buffer = context.getStateStore(ScorerTopology.BUFFER);
        this.reader = shared.reader();
        this.scorer = shared.scorer();
        this.outgoing = new ResultSender(context, shared);
    }

    void take(Record<byte[], byte[]> record) {
        restore();
        RecordMetadata metadata = context.recordMetadata()
                .orElseThrow(() -> new IllegalStateException("a record of a topic has no coordinates"));
        SourceRecord source = SourceRecord.of(record, metadata);
        Reading reading = reader.read(source);
        if (reading instanceof Reading.Refused refused) {
            outgoing.sendDeadLetter(source, refused.label(), refused.reason());
        } else if (reading instanceof Reading.Accepted accepted) {
            buffer(new BufferedPrompt(source, accepted.prompt(), accepted.admitted()));
        }
    }

    /** Scores what has waited for the linger. */
    void tick(long nowMillis) {
        restore();
        if (!waiting.isEmpty()
                && nowMillis - waitingSinceMillis >= config.linger().toMillis()) {
            flush(waiting.size());
        }
    }

    /** The partition is somebody else's, or starts again from the changelog. */
    void leave() {
        clear();
    }

    private void buffer(BufferedPrompt arrived) {
        if (!waiting.isEmpty() && waitingTokens + arrived.tokens() > config.maxBatchTokens()) {
            flush(waiting.size());
        }
        int stored = waiting.size();
        add(arrived);
        if (waiting.size() >= config.maxBatchRecords() || waitingTokens >= config.maxBatchTokens()) {
            flush(stored);
        } else {
            buffer.put(arrived.offset(), arrived.source());
        }
    }

    /** @param stored how many of those that wait the store holds: all but one that fills the batch as it comes */
    private void flush(int stored) {
        Map<Long, Scoring> outcomes = scorer.score(waiting);
        for (BufferedPrompt scored : waiting) {
            outgoing.send(scored, Objects.requireNonNull(outcomes.get(scored.offset())));
        }
        waiting.subList(0, stored).forEach(scored -> buffer.delete(scored.offset()));
        clear();
    }

    /** Not part of construction: nothing can be sent while Kafka Streams initialises a processor. */
    private void restore() {
        if (restored) {
            return;
        }
        restored = true;
        List<SourceRecord> sources = new ArrayList<>();
        try (KeyValueIterator<Long, SourceRecord> entries = buffer.all()) {
            while (entries.hasNext()) {
                KeyValue<Long, SourceRecord> entry = entries.next();
                sources.add(entry.value);
            }
        }
        if (!sources.isEmpty()) {
            LOG.info(
                    "{} prompts were waiting on partition {} and go on",
                    sources.size(),
                    context.taskId().partition());
        }
        for (SourceRecord source : sources) {
            Reading reading = reader.read(source);
            if (reading instanceof Reading.Accepted accepted) {
                add(new BufferedPrompt(source, accepted.prompt(), accepted.admitted()));
            } else if (reading instanceof Reading.Refused refused) {
                // It was accepted when it was buffered; the teacher or a limit has changed since.
                outgoing.sendDeadLetter(source, refused.label(), refused.reason());
                buffer.delete(source.offset());
            }
        }
    }

    private void add(BufferedPrompt arrived) {
        if (waiting.isEmpty()) {
            waitingSinceMillis = context.currentSystemTimeMs();
        }
        waiting.add(arrived);
        waitingTokens += arrived.tokens();
        waitingCount.add(1);
    }

    private void clear() {
        waitingCount.add(-waiting.size());
        waiting.clear();
        waitingTokens = 0;
    }
}

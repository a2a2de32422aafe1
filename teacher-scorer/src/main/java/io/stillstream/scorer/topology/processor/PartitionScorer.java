package io.stillstream.scorer.topology.processor;

import io.stillstream.contract.codec.EndOfSourceCodec;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.contract.source.EndOfSource;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.topology.prompt.BatchScorer;
import io.stillstream.scorer.topology.prompt.BufferedPrompt;
import io.stillstream.scorer.topology.prompt.PromptBuffer;
import io.stillstream.scorer.topology.prompt.PromptReader;
import io.stillstream.scorer.topology.prompt.RecordGuard;
import io.stillstream.scorer.topology.prompt.SourceRecord;
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
 * Buffers one partition's prompts until they fill a batch or have waited long enough, then sends the teacher's outcomes in
 * the order in which the prompts came.
 *
 * <p>The buffer is the state store, keyed by source offset; the {@link PromptBuffer} on the heap holds the same prompts with
 * their tokens. Kafka Streams commits only between two calls of this class, so the offsets it read, the store's changes and
 * what it sent become visible together or not at all.
 *
 * <p>The marker of a source's end does not wait: it flushes the buffer, and follows what that sends.
 */
final class PartitionScorer {

    private static final Logger LOG = LoggerFactory.getLogger(PartitionScorer.class);

    private final ProcessorContext<byte[], byte[]> context;
    private final BufferedCount bufferedCount;
    private final int maxRecordBytes;
    private final long maxBufferedBytes;
    private final KeyValueStore<Long, SourceRecord> store;
    private final RecordGuard guard;
    private final PromptReader reader;
    private final DroppedTurnReport droppedTurns;
    private final BatchScorer scorer;
    private final ResultSender sender;
    private final PromptBuffer buffer;
    private boolean restored;

    PartitionScorer(ProcessorContext<byte[], byte[]> context, ScorerContext scorerContext) {
        this.context = context;
        this.bufferedCount = scorerContext.bufferedCount();
        this.maxRecordBytes = scorerContext.config().maxRecordBytes();
        this.maxBufferedBytes = scorerContext.config().bufferShare();
        this.store = context.getStateStore(ScorerTopology.BUFFER);
        this.guard = scorerContext.guard();
        this.reader = scorerContext.reader();
        this.droppedTurns = scorerContext.droppedTurns();
        this.scorer = scorerContext.scorer();
        this.sender = new ResultSender(context, scorerContext);
        this.buffer = scorerContext.buffer();
    }

    void process(Record<byte[], byte[]> record) {
        restore();
        RecordMetadata metadata = context.recordMetadata()
                .orElseThrow(() -> new IllegalStateException("a record of a topic has no coordinates"));
        SourceRecord source = SourceRecord.of(record, metadata);
        if (source.size() > maxRecordBytes) {
            sender.sendDeadLetter(source, tooLong(source));
            return;
        }
        if (source.isEndOfSource()) {
            passOn(source);
            return;
        }
        Outcome<BufferedPrompt> outcome = read(source);
        if (outcome instanceof Outcome.Rejected<BufferedPrompt> rejected) {
            sender.sendDeadLetter(source, rejected.rejection());
        } else if (outcome instanceof Outcome.Accepted<BufferedPrompt> accepted) {
            droppedTurns.record(accepted.value().admitted().droppedRoles());
            accept(accepted.value());
        }
    }

    /** Whatever comes of it could not be written: compressed, a record can be far larger than what a broker takes. */
    private Rejection tooLong(SourceRecord source) {
        return new Rejection(
                RejectionCode.LINE_TOO_LONG,
                "the record has " + source.size() + " bytes; expected at most " + maxRecordBytes
                        + ", so only its value's first bytes are kept here");
    }

    /** Scores what has waited for the linger. */
    void punctuate(long nowMillis) {
        restore();
        if (buffer.isDue(nowMillis)) {
            flush(buffer.size());
        }
    }

    /** The partition goes to another scorer, or starts again from the changelog. */
    void close() {
        clear();
    }

    /** Behind the outcomes of every prompt before it, and in the same transaction. */
    private void passOn(SourceRecord endOfSource) {
        Outcome<EndOfSource> outcome = guard.guard(
                endOfSource,
                RejectionCode.UNREADABLE_RECORD,
                () -> Outcome.accepted(EndOfSourceCodec.decode(endOfSource.value())));
        if (outcome instanceof Outcome.Rejected<EndOfSource> rejected) {
            sender.sendDeadLetter(endOfSource, rejected.rejection());
            return;
        }
        flush(buffer.size());
        sender.sendToAllTargets(endOfSource);
    }

    private Outcome<BufferedPrompt> read(SourceRecord source) {
        return guard.guard(source, RejectionCode.INVALID_PROMPT, () -> reader.read(source));
    }

    private void accept(BufferedPrompt prompt) {
        boolean noMemory = bufferedCount.bytes() + prompt.bytes() > maxBufferedBytes;
        if (buffer.overflowsWith(prompt) || buffer.reaches(prompt.offset()) || (noMemory && buffer.size() > 0)) {
            flush(buffer.size());
        }
        int stored = buffer.size();
        add(prompt);
        if (buffer.isFull()) {
            flush(stored);
        } else {
            store.put(prompt.offset(), prompt.source());
        }
    }

    /** @param stored how many of the prompts the store holds: all but one that fills the batch as it comes */
    private void flush(int stored) {
        List<BufferedPrompt> prompts = buffer.prompts();
        Map<Long, Scoring> scorings = scorer.score(prompts);
        for (BufferedPrompt prompt : prompts) {
            sender.send(prompt, Objects.requireNonNull(scorings.get(prompt.offset())));
        }
        prompts.subList(0, stored).forEach(prompt -> store.delete(prompt.offset()));
        guard.acquit(prompts);
        clear();
    }

    /** Not part of construction: nothing can be sent while Kafka Streams initialises a processor. */
    private void restore() {
        if (restored) {
            return;
        }
        restored = true;
        List<SourceRecord> sources = new ArrayList<>();
        try (KeyValueIterator<Long, SourceRecord> entries = store.all()) {
            while (entries.hasNext()) {
                KeyValue<Long, SourceRecord> entry = entries.next();
                sources.add(entry.value);
            }
        }
        if (!sources.isEmpty()) {
            LOG.info(
                    "restored {} buffered prompts of partition {}",
                    sources.size(),
                    context.taskId().partition());
        }
        for (SourceRecord source : sources) {
            Outcome<BufferedPrompt> outcome = read(source);
            if (outcome instanceof Outcome.Accepted<BufferedPrompt> accepted) {
                add(accepted.value());
            } else if (outcome instanceof Outcome.Rejected<BufferedPrompt> rejected) {
                // It was accepted when it was buffered; the teacher or a limit has changed since.
                sender.sendDeadLetter(source, rejected.rejection());
                store.delete(source.offset());
            }
        }
    }

    private void add(BufferedPrompt prompt) {
        buffer.add(prompt, context.currentSystemTimeMs());
        bufferedCount.add(prompt);
    }

    private void clear() {
        bufferedCount.remove(buffer.prompts());
        buffer.clear();
    }
}

package io.stillstream.producer.stage;

import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.codec.SourcePositionCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rejection.DeadLetter;
import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.contract.source.SourceLine;
import io.stillstream.contract.source.SourcePosition;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.monitoring.traffic.ProducerMeters;
import io.stillstream.producer.ProducerReport;
import io.stillstream.producer.TrafficConfig;
import io.stillstream.producer.redaction.Redacted;
import io.stillstream.producer.redaction.Redaction;
import io.stillstream.producer.source.Line;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Sends prompts and dead letters, and with them the positions of the sources that they were read from: all of a transaction
 * or nothing of it. Counts what is complete. For one thread.
 */
final class Delivery {

    /** A source has no partitions. */
    private static final int NO_PARTITION = -1;

    private final Transaction transaction;
    private final Topics topics;
    private final Redaction redaction;
    private final ProducerMeters meters;
    private final RejectionTally rejections;
    private final Map<String, Supplier<SourcePosition>> moved = new LinkedHashMap<>();
    private List<ProducerRecord<byte[], byte[]>> ends = List.of();
    private boolean delivered;
    private long sent;
    private long heldOut;

    Delivery(Transaction transaction, Topics topics, TrafficConfig config, Redaction redaction, ProducerMeters meters) {
        this.transaction = transaction;
        this.topics = topics;
        this.redaction = redaction;
        this.meters = meters;
        rejections = new RejectionTally(config.shownRejections());
    }

    /** @return false when the prompt cannot be redacted or encoded, and was rejected */
    boolean send(Prompt raw, String source, Line line) {
        Redacted redacted = redaction.redact(raw);
        if (redacted instanceof Redacted.Dropped dropped) {
            reject(source, line, new Rejection(RejectionCode.REDACTION_FAILED, dropped.reason()));
            return false;
        }
        Prompt prompt = ((Redacted.Clean) redacted).prompt();
        byte[] value;
        try {
            value = PromptCodec.encode(prompt);
        } catch (ContractException e) {
            reject(source, line, new Rejection(RejectionCode.INVALID_PROMPT, String.valueOf(e.getMessage())));
            return false;
        }
        var message = new ProducerRecord<>(topics.prompts(), utf8(prompt.conversationId()), value);
        new SourceLine(source, line.number()).headers().forEach(message.headers()::add);
        transaction.add(new Entry(message, null, prompt.split() == Split.HELD_OUT, source, line, System.nanoTime()));
        return true;
    }

    /** Sends the line to the dead letters. */
    void reject(String source, Line line, Rejection raw) {
        var rejection = new Rejection(raw.code(), redaction.sentence(raw.detail()));
        rejections.show(rejection, source, line.number());
        transaction.add(letter(source, line, rejection));
    }

    /** Notes that a source was read further; its position is asked for when the transaction is completed. */
    void moved(String source, Supplier<SourcePosition> position) {
        moved.put(source, position);
        transaction.begin();
    }

    /**
     * Tells every partition of {@code prompts} that the traffic has ended, behind what was sent to it and together with the
     * positions that say so. Where nothing was read since the last end there is no new one.
     */
    void sendEnd(String source, Instant endedAt) {
        if (delivered || transaction.isOpen()) {
            transaction.begin();
            ends = EndMarkers.of(topics.prompts(), transaction.partitions(topics.prompts()), source, endedAt);
        }
    }

    /** How long the open transaction may still wait for more; a long time when none is open. */
    Duration patience() {
        return transaction.patience();
    }

    /** Completes the transaction when it is large or old enough. */
    void commitIfDue() {
        if (transaction.isDue()) {
            commit();
        }
    }

    /** Returns once everything that was sent is visible to readers, and the positions with it. */
    void commit() {
        if (!transaction.isOpen()) {
            return;
        }
        List<ProducerRecord<byte[], byte[]>> last = new ArrayList<>(ends);
        moved.forEach((source, position) -> last.add(new ProducerRecord<>(
                topics.producerPositions(), utf8(source), SourcePositionCodec.encode(position.get()))));
        for (Entry entry : transaction.commit(last, this::reduced)) {
            count(entry);
        }
        moved.clear();
        ends = List.of();
        delivered = true;
    }

    ProducerReport report(long readBefore, Map<String, Long> unknownFields, boolean stopped) {
        return new ProducerReport(sent, heldOut, rejections.counts(), readBefore, unknownFields, stopped);
    }

    private void count(Entry entry) {
        Rejection rejected = entry.rejected();
        if (rejected != null) {
            rejections.add(rejected.code(), entry.source(), entry.line().number());
            meters.recordDeadLetter(rejected.code());
            return;
        }
        sent++;
        heldOut += entry.heldOut() ? 1 : 0;
        meters.recordSent(entry.heldOut(), Duration.ofNanos(System.nanoTime() - entry.sentNanos()));
    }

    /** What is sent instead of something that the broker finds too large. */
    private Entry reduced(Entry entry) {
        Rejection before = entry.rejected();
        if (before != null) {
            return letter(entry.source(), entry.line().truncate(), before);
        }
        byte[] value = entry.message().value();
        var rejection = new Rejection(
                RejectionCode.LINE_TOO_LONG,
                "the broker does not take a record of " + (value == null ? 0 : value.length)
                        + " bytes; raise its message.max.bytes or lower traffic.max-line-bytes");
        rejections.show(rejection, entry.source(), entry.line().number());
        return letter(entry.source(), entry.line().truncate(), rejection);
    }

    private Entry letter(String source, Line line, Rejection rejection) {
        var letter = new DeadLetter(Stage.PRODUCER.label(), rejection, source, NO_PARTITION, line.number());
        byte[] kept = kept(line, rejection);
        var message = new ProducerRecord<byte[], byte[]>(topics.deadLetters(), null, kept);
        Map<String, byte[]> headers = line.truncated() ? letter.headers(line.length(), kept.length) : letter.headers();
        headers.forEach(message.headers()::add);
        return new Entry(message, rejection, false, source, line, System.nanoTime());
    }

    /** What may be written of a line. */
    private byte[] kept(Line line, Rejection rejection) {
        if (rejection.code() == RejectionCode.REDACTION_FAILED) {
            return redaction.digest(line.bytes());
        }
        return line.truncated() ? redaction.beginning(line.bytes()) : redaction.letter(line.bytes());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

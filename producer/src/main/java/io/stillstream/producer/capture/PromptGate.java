package io.stillstream.producer.capture;

import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rejection.DeadLetter;
import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.monitoring.traffic.CaptureDrop;
import io.stillstream.monitoring.traffic.CaptureMeters;
import io.stillstream.producer.capture.delivery.Outgoing;
import io.stillstream.producer.capture.delivery.PromptDelivery;
import io.stillstream.producer.redaction.Redacted;
import io.stillstream.producer.redaction.Redaction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What every prompt and every dead letter of live traffic passes on its way to be written: redaction, then delivery. Thread-safe. */
final class PromptGate {

    private static final int NO_PARTITION = -1;
    /** Enough of a letter to recognise a call, and small enough for any broker. */
    private static final int MOST_LETTER_BYTES = 64 << 10;

    private final Redaction redaction;
    private final PromptDelivery delivery;
    private final Topics topics;
    private final CaptureMeters meters;
    private final AtomicLong letters = new AtomicLong();

    PromptGate(Redaction redaction, PromptDelivery delivery, Topics topics, CaptureMeters meters) {
        this.redaction = redaction;
        this.delivery = delivery;
        this.topics = topics;
        this.meters = meters;
    }

    /**
     * @param original what it was made of: a dead letter holds its keyed digest where the prompt cannot be redacted
     * @param upstream where it was answered, for a dead letter
     * @param endedAt when the call had ended
     * @return the prompt as it was written, encoded; null where it was dropped and counted
     */
    byte @Nullable [] write(Prompt prompt, byte[] original, String upstream, Instant endedAt) {
        Redacted outcome = redaction.redact(prompt);
        if (outcome instanceof Redacted.Dropped dropped) {
            var rejection = new Rejection(RejectionCode.REDACTION_FAILED, dropped.reason());
            drop(CaptureDrop.REDACTION, redaction.digest(original), rejection, upstream);
            return null;
        }
        Prompt redacted = ((Redacted.Clean) outcome).prompt();
        byte[] value;
        try {
            value = PromptCodec.encode(redacted);
        } catch (ContractException e) {
            reject(
                    redacted.id().getBytes(StandardCharsets.UTF_8),
                    new Rejection(RejectionCode.INVALID_PROMPT, String.valueOf(e.getMessage())),
                    upstream);
            return null;
        }
        boolean heldOut = redacted.split() == Split.HELD_OUT;
        byte[] key = redacted.conversationId().getBytes(StandardCharsets.UTF_8);
        var dropped = delivery.send(Outgoing.prompt(topics.prompts(), key, value, heldOut));
        dropped.ifPresentOrElse(meters::recordDropped, () -> meters.recordCaptured(heldOut, endedAt));
        return dropped.isEmpty() ? value : null;
    }

    /** Counts a call that cannot be read, and writes what is left of it after redaction to the dead letters. */
    void reject(byte[] bytes, Rejection rejection, String upstream) {
        var reason = new Rejection(rejection.code(), redaction.sentence(rejection.detail()));
        drop(CaptureDrop.UNREADABLE, redaction.letter(bytes), reason, upstream);
    }

    /** Names that callers chose, as they may be logged. */
    Map<String, Long> redacted(Map<String, Long> counts) {
        Map<String, Long> redacted = new TreeMap<>();
        counts.forEach((name, count) -> redacted.merge(redaction.sentence(name), count, Long::sum));
        return redacted;
    }

    private void drop(CaptureDrop drop, byte[] redacted, Rejection reason, String upstream) {
        byte[] kept = Arrays.copyOf(redacted, Math.min(redacted.length, MOST_LETTER_BYTES));
        var letter = new DeadLetter(
                Stage.PRODUCER.label(), reason, "proxy/" + upstream, NO_PARTITION, letters.incrementAndGet());
        Map<String, byte[]> headers =
                kept.length < redacted.length ? letter.headers(redacted.length, kept.length) : letter.headers();
        var lost = delivery.send(Outgoing.letter(topics.deadLetters(), kept, headers, reason.code()));
        meters.recordDropped(lost.orElse(drop));
    }
}

package io.stillstream.scorer.topology;

import io.stillstream.contract.ContractException;
import io.stillstream.contract.DeadLetter;
import io.stillstream.contract.Rejection;
import io.stillstream.contract.RejectionCode;
import io.stillstream.contract.TeacherTargets;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.monitoring.ScorerMeters;
import io.stillstream.monitoring.Stage;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.Teacher;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Writes what came of a source record: to {@code teacher-targets} or, with the reason, to {@code dead-letters}. */
final class ResultSender {

    private static final int LONGEST_REASON = 500;

    private final ProcessorContext<byte[], byte[]> context;
    private final Teacher teacher;
    private final int maxRecordBytes;
    private final ScorerMeters meters;
    private final Clock clock;

    ResultSender(ProcessorContext<byte[], byte[]> context, ScorerContext shared) {
        this.context = context;
        this.teacher = shared.teacher();
        this.maxRecordBytes = shared.config().maxRecordBytes();
        this.meters = shared.meters();
        this.clock = shared.clock();
    }

    void send(BufferedPrompt waiting, Scoring outcome) {
        if (outcome instanceof Scoring.Scored scored) {
            sendTargets(waiting, scored);
        } else if (outcome instanceof Scoring.Rejected rejected) {
            sendDeadLetter(waiting.source(), rejected.label(), rejected.reason());
        }
    }

    /**
     * A record that is too large to be passed on whole is cut to its value's first bytes: its coordinates say where the
     * rest is, and a record that the broker refuses would stop the scorer at each of its starts.
     */
    void sendDeadLetter(SourceRecord source, RejectionCode label, String reason) {
        boolean whole = source.size() <= maxRecordBytes;
        Headers headers = whole ? source.headers() : new RecordHeaders();
        var letter = new DeadLetter(
                Stage.SCORER.label(),
                new Rejection(label, shortened(reason)),
                source.topic(),
                source.partition(),
                source.offset());
        letter.headers().forEach((name, value) -> headers.remove(name).add(name, value));
        byte[] value = source.value();
        context.forward(
                new Record<>(
                        whole ? source.key() : null,
                        whole || value == null ? value : Arrays.copyOf(value, Math.min(value.length, maxRecordBytes)),
                        source.timestamp(),
                        headers),
                ScorerTopology.DEAD_LETTERS);
        meters.recordDeadLetter(label);
    }

    private void sendTargets(BufferedPrompt waiting, Scoring.Scored scored) {
        SourceRecord source = waiting.source();
        byte[] key = source.key() == null
                ? waiting.prompt().conversationId().getBytes(StandardCharsets.UTF_8)
                : source.key();
        byte[] value;
        try {
            value = TeacherTargetsCodec.encode(targets(waiting, scored));
        } catch (ContractException e) {
            sendDeadLetter(source, RejectionCode.OTHER, "the teacher's answer breaks the contract: " + e.getMessage());
            return;
        }
        int size = RecordSize.of(key, value, source.headers());
        if (size > maxRecordBytes) {
            sendDeadLetter(
                    source,
                    RejectionCode.OTHER,
                    "the targets of " + scored.tokens().count() + " tokens take " + size + " bytes; expected at most "
                            + maxRecordBytes);
            return;
        }
        context.forward(new Record<>(key, value, source.timestamp(), source.headers()), ScorerTopology.TEACHER_TARGETS);
        meters.recordFreshness(waiting.prompt().createdAt());
    }

    private TeacherTargets targets(BufferedPrompt waiting, Scoring.Scored scored) {
        var prompt = waiting.prompt();
        return new TeacherTargets(
                prompt.id(),
                prompt.conversationId(),
                prompt.tenant(),
                waiting.admitted().request().prompt(),
                scored.responseText(),
                prompt.reference(),
                teacher.identity(waiting.admitted().request()),
                teacher.vocabularySize(),
                scored.tokens(),
                scored.columns(),
                scored.ending(),
                prompt.split(),
                scored.author(),
                prompt.createdAt(),
                clock.instant());
    }

    private static String shortened(String reason) {
        return reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON - 1) + "…";
    }
}

package io.stillstream.scorer.topology.processor;

import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rejection.DeadLetter;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.contract.target.ScoredResponse;
import io.stillstream.monitoring.distillation.ScorerMeters;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.Teacher;
import io.stillstream.scorer.topology.prompt.BufferedPrompt;
import io.stillstream.scorer.topology.prompt.RecordGuard;
import io.stillstream.scorer.topology.prompt.RecordSize;
import io.stillstream.scorer.topology.prompt.SourceRecord;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Sends the outcome of a source record: to {@code teacher-targets} or, with the reason, to {@code dead-letters}. */
final class ResultSender {

    private final ProcessorContext<byte[], byte[]> context;
    private final Teacher teacher;
    private final RecordGuard guard;
    private final int maxRecordBytes;
    private final ScorerMeters meters;
    private final Clock clock;

    ResultSender(ProcessorContext<byte[], byte[]> context, ScorerContext scorerContext) {
        this.context = context;
        this.teacher = scorerContext.teacher();
        this.guard = scorerContext.guard();
        this.maxRecordBytes = scorerContext.config().maxRecordBytes();
        this.meters = scorerContext.meters();
        this.clock = scorerContext.clock();
    }

    void send(BufferedPrompt prompt, Scoring scoring) {
        if (scoring instanceof Scoring.Scored scored) {
            sendTargets(prompt, scored.response());
        } else if (scoring instanceof Scoring.Rejected rejected) {
            sendDeadLetter(prompt.source(), rejected.rejection());
        }
    }

    /**
     * A record that is too large to be passed on whole is truncated to its value's first bytes: its coordinates say where the
     * rest is, and a record that the broker refuses would stop the scorer at each of its starts.
     */
    void sendDeadLetter(SourceRecord source, Rejection rejection) {
        boolean whole = source.size() <= maxRecordBytes;
        Headers headers = whole ? source.headers() : new RecordHeaders();
        var deadLetter =
                new DeadLetter(Stage.SCORER.label(), rejection, source.topic(), source.partition(), source.offset());
        deadLetter.headers().forEach((name, value) -> headers.remove(name).add(name, value));
        if (!whole) {
            headers.add(
                    DeadLetter.ORIGINAL_BYTES, Integer.toString(source.size()).getBytes(StandardCharsets.UTF_8));
        }
        byte[] value = source.value();
        context.forward(
                new Record<>(
                        whole ? source.key() : null,
                        whole || value == null ? value : Arrays.copyOf(value, Math.min(value.length, maxRecordBytes)),
                        source.timestamp(),
                        headers),
                ScorerTopology.DEAD_LETTERS);
        meters.recordDeadLetter(rejection.code());
    }

    /** Passes a record on to every partition of {@code teacher-targets}, as it came. */
    void sendToAllTargets(SourceRecord source) {
        context.forward(
                new Record<>(source.key(), source.value(), source.timestamp(), source.headers()),
                ScorerTopology.TO_ALL_TARGETS);
    }

    private void sendTargets(BufferedPrompt buffered, ScoredResponse response) {
        Prompt prompt = buffered.prompt();
        SourceRecord source = buffered.source();
        byte[] key = source.key() == null ? prompt.conversationId().getBytes(StandardCharsets.UTF_8) : source.key();
        Outcome<byte[]> outcome = guard.guard(
                source,
                RejectionCode.OTHER,
                () -> Outcome.accepted(TeacherTargetsCodec.encode(
                        teacher.targets(prompt, buffered.admitted().request(), response, clock.instant()))));
        if (outcome instanceof Outcome.Rejected<byte[]> rejected) {
            sendDeadLetter(source, rejected.rejection());
            return;
        }
        byte[] value = ((Outcome.Accepted<byte[]>) outcome).value();
        int size = RecordSize.of(key, value, source.headers());
        if (size > maxRecordBytes) {
            sendDeadLetter(
                    source,
                    new Rejection(
                            RejectionCode.OTHER,
                            "the targets of " + response.tokens().textCount() + " tokens take " + size
                                    + " bytes; expected at most " + maxRecordBytes));
            return;
        }
        context.forward(new Record<>(key, value, source.timestamp(), source.headers()), ScorerTopology.TEACHER_TARGETS);
        meters.recordFreshness(prompt.createdAt());
    }
}

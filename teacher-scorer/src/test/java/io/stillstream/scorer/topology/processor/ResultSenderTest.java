package io.stillstream.scorer.topology.processor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Production;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.DeadLetter;
import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.contract.target.ScoredResponse;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.crash.CrashJournal;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.topology.prompt.BufferedPrompt;
import io.stillstream.scorer.topology.prompt.SourceRecord;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ResultSenderTest {

    private static final Instant ASKED = Instant.parse("2026-01-31T12:00:00Z");
    private static final Instant SCORED = Instant.parse("2026-01-31T12:00:05Z");
    private static final Prompt PROMPT = new Prompt(
            "id",
            "talk",
            new PlainText("Once"),
            Response.of("upon", Author.PRODUCTION),
            "a time",
            "acme",
            ASKED,
            Split.HELD_OUT,
            Production.UNKNOWN,
            Map.of());
    private static final int LONGEST_DETAIL = 500;

    private final Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.SCORER);
    private final TestingTeacher teacher = new TestingTeacher(100);
    private final MockProcessorContext<byte[], byte[]> context = new MockProcessorContext<>();
    private final ScorerConfig config = ScorerConfig.defaults();
    private final ResultSender sender = new ResultSender(
            context,
            new ScorerContext(
                    config, teacher, CrashJournal.none(), telemetry.scorer(), Clock.fixed(SCORED, ZoneOffset.UTC)));

    @AfterEach
    void stop() {
        telemetry.close();
    }

    @Test
    void send_scored_forwardsTargetsUnderTheRecordsKeyTimeAndHeaders() {
        BufferedPrompt prompt = buffered("key".getBytes(UTF_8));
        sender.send(prompt, scored(prompt));
        Record<byte[], byte[]> record = only(ScorerTopology.TEACHER_TARGETS);
        assertThat(record.key()).isEqualTo("key".getBytes(UTF_8));
        assertThat(record.timestamp()).isEqualTo(ASKED.toEpochMilli());
        assertThat(record.headers().lastHeader("trace").value()).isEqualTo("7".getBytes(UTF_8));
        TeacherTargets targets = TeacherTargetsCodec.decode(record.value());
        assertThat(targets.promptId()).isEqualTo("id");
        assertThat(targets.conversationId()).isEqualTo("talk");
        assertThat(targets.tenant()).isEqualTo("acme");
        assertThat(targets.promptText()).isEqualTo("Once");
        assertThat(targets.responseText()).isEqualTo("upon");
        assertThat(targets.reference()).isEqualTo("a time");
        assertThat(targets.teacher()).isEqualTo(teacher.identity());
        assertThat(targets.vocabulary()).isEqualTo(teacher.vocabulary());
        assertThat(targets.split()).isEqualTo(Split.HELD_OUT);
        assertThat(targets.createdAt()).isEqualTo(ASKED);
        assertThat(targets.scoredAt()).isEqualTo(SCORED);
    }

    @Test
    void send_scoredRecordWithoutKey_isKeyedByItsConversation() {
        BufferedPrompt prompt = buffered(null);
        sender.send(prompt, scored(prompt));
        assertThat(only(ScorerTopology.TEACHER_TARGETS).key()).isEqualTo("talk".getBytes(UTF_8));
    }

    @Test
    void send_rejected_forwardsTheRecordAsItCameWithTheReason() {
        BufferedPrompt prompt = buffered("key".getBytes(UTF_8));
        Rejection rejection = new Rejection(RejectionCode.NOT_FINITE, "NaN at position 0");
        sender.send(prompt, new Scoring.Rejected(rejection));
        Record<byte[], byte[]> record = only(ScorerTopology.DEAD_LETTERS);
        assertThat(record.key()).isEqualTo("key".getBytes(UTF_8));
        assertThat(record.value()).isEqualTo(prompt.source().value());
        assertThat(record.headers().lastHeader("trace").value()).isEqualTo("7".getBytes(UTF_8));
        assertThat(deadLetter(record)).isEqualTo(new DeadLetter("teacher-scorer", rejection, "prompts", 3, 42));
        assertThat(deadLetters("not_finite")).isEqualTo(1);
    }

    @Test
    void sendDeadLetter_longDetail_isShortened() {
        sender.sendDeadLetter(
                buffered(null).source(), new Rejection(RejectionCode.OTHER, "x".repeat(LONGEST_DETAIL + 1)));
        assertThat(deadLetter(only(ScorerTopology.DEAD_LETTERS)).rejection().detail())
                .isEqualTo("x".repeat(LONGEST_DETAIL - 1) + "…");
    }

    @Test
    void sendDeadLetter_recordBeyondTheLimit_keepsTheValuesFirstBytesAndNoOtherHeaders() {
        byte[] value = "v".repeat(config.maxRecordBytes() + 1).getBytes(UTF_8);
        var source = new SourceRecord(
                "prompts", 3, 42, 0, "key".getBytes(UTF_8), value, new Header[] {new RecordHeader("trace", new byte[1])
                });
        sender.sendDeadLetter(source, new Rejection(RejectionCode.LINE_TOO_LONG, "too long"));
        Record<byte[], byte[]> record = only(ScorerTopology.DEAD_LETTERS);
        assertThat(record.key()).isNull();
        assertThat(record.value()).isEqualTo(Arrays.copyOf(value, config.maxRecordBytes()));
        assertThat(record.headers().lastHeader("trace")).isNull();
        assertThat(deadLetter(record).offset()).isEqualTo(42);
    }

    @Test
    void send_targetsBeyondTheLimit_areADeadLetter() {
        teacher.keepColumns(config.maxRecordBytes());
        BufferedPrompt prompt = buffered(null);
        sender.send(prompt, scored(prompt));
        assertThat(deadLetter(only(ScorerTopology.DEAD_LETTERS)).rejection().detail())
                .matches("the targets of 1 tokens take \\d+ bytes; expected at most " + config.maxRecordBytes());
    }

    @Test
    void send_targetsThatAreInvalid_areADeadLetter() {
        BufferedPrompt prompt = buffered(null);
        ScoredResponse response = ((Scoring.Scored) scored(prompt)).response();
        sender.send(
                prompt,
                new Scoring.Scored(new ScoredResponse(
                        "longer than its tokens", response.tokens(), response.columns(), response.finishReason())));
        Rejection rejection = deadLetter(only(ScorerTopology.DEAD_LETTERS)).rejection();
        assertThat(rejection.code()).isEqualTo(RejectionCode.OTHER);
        assertThat(rejection.detail()).contains("tokens cover 4 bytes of a response of 22");
    }

    private Scoring scored(BufferedPrompt prompt) {
        return teacher.score(List.of(prompt.admitted())).get(0);
    }

    private BufferedPrompt buffered(byte @Nullable [] key) {
        var source =
                new SourceRecord("prompts", 3, 42, ASKED.toEpochMilli(), key, PromptCodec.encode(PROMPT), new Header[] {
                    new RecordHeader("trace", "7".getBytes(UTF_8))
                });
        return new BufferedPrompt(source, PROMPT, (Admission.Admitted) teacher.admit(PROMPT));
    }

    private Record<byte[], byte[]> only(String child) {
        assertThat(context.forwarded()).hasSize(1);
        assertThat(context.forwarded().get(0).childName()).hasValue(child);
        Record<?, ?> record = context.forwarded().get(0).record();
        return new Record<>((byte[]) record.key(), (byte[]) record.value(), record.timestamp(), record.headers());
    }

    private static DeadLetter deadLetter(Record<byte[], byte[]> record) {
        Map<String, byte[]> headers = new HashMap<>();
        for (Header header : record.headers()) {
            headers.put(header.key(), header.value());
        }
        return DeadLetter.fromHeaders(headers);
    }

    private double deadLetters(String reason) {
        return telemetry
                .registry()
                .get("stillstream.dead.letters")
                .tag("reason", reason)
                .tag("stage", "teacher-scorer")
                .counter()
                .count();
    }
}

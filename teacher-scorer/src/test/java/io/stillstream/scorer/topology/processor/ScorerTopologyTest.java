package io.stillstream.scorer.topology.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.EndOfSourceCodec;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Production;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.prompt.ResponseSource;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.DeadLetter;
import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.contract.source.EndOfSource;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.crash.CrashJournal;
import io.stillstream.monitoring.distillation.ScorerMeters;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.topology.prompt.SourceRecord;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class ScorerTopologyTest {

    private static final Topics TOPICS = Topics.defaults();
    private static final Instant ASKED = Instant.parse("2026-01-31T12:00:00Z");
    private static final Instant SCORED = Instant.parse("2026-01-31T12:00:05Z");
    private static final Duration LINGER = Duration.ofMillis(200);
    private static final int MAX_BATCH_TOKENS = 100;
    private static final int MAX_BATCH_RECORDS = 4;
    private static final int MAX_NOT_FINITE = 3;
    private static final int MAX_RECORD_BYTES = 4096;
    private static final int MAX_BUFFERED_BYTES = 1 << 20;

    @TempDir
    private Path directory;

    private final TestingTeacher teacher = new TestingTeacher(60);
    private Telemetry telemetry;
    private ScorerMeters meters;
    private TopologyTestDriver driver;

    @BeforeEach
    void start() {
        telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.SCORER);
        meters = telemetry.scorer();
        driver = driver();
    }

    @AfterEach
    void stop() {
        driver.close();
        telemetry.close();
    }

    @Test
    void process_fewerThanABatch_waitForTheLinger() {
        pipe("a", "b");
        driver.advanceWallClockTime(LINGER.minusMillis(1));
        assertThat(targets()).isEmpty();
        assertThat(bufferedPrompts()).isEqualTo(2);
        driver.advanceWallClockTime(Duration.ofMillis(1));
        assertThat(targets()).extracting(TeacherTargets::promptId).containsExactly("a", "b");
        assertThat(teacher.batches()).containsExactly(List.of("a", "b"));
        assertThat(buffered()).isEmpty();
        assertThat(bufferedPrompts()).isZero();
    }

    @Test
    void process_maxBatchRecords_areScoredAtOnce() {
        pipe("a", "b", "c", "d", "e");
        assertThat(teacher.batches()).containsExactly(List.of("a", "b", "c", "d"));
        assertThat(targets()).hasSize(4);
        assertThat(buffered()).hasSize(1);
    }

    @Test
    void process_promptThatWouldExceedTheBudget_sendsTheOthersOffFirst() {
        pipe(prompt("b", "x".repeat(46)), prompt("a", "x".repeat(40)), prompt("c", "x".repeat(30)));
        assertThat(teacher.batches()).containsExactly(List.of("b", "a"));
        assertThat(buffered()).hasSize(1);
    }

    @Test
    void flush_mixedLengths_areBatchedByLengthAndSentInOrder() {
        pipe(prompt("a", "x"), prompt("b", "x".repeat(58)), prompt("c", "xx"), prompt("d", "x".repeat(8)));
        assertThat(teacher.batches()).containsExactly(List.of("b"), List.of("d", "c", "a"));
        assertThat(targets()).extracting(TeacherTargets::promptId).containsExactly("a", "b", "c", "d");
    }

    @Test
    void flush_mixOfMissingAndGivenResponses_areBatchedApart() {
        pipe(prompt("a", "x"), answered("b", "x", "yes"), prompt("c", "x"), answered("d", "x", "no"));
        assertThat(teacher.batches()).containsExactly(List.of("b", "d"), List.of("a", "c"));
    }

    @Test
    void flush_oneConversation_keepsItsOrder() {
        for (int turn = 0; turn < 10; turn++) {
            pipe(prompt("t" + turn, "x".repeat(1 + (turn * 7) % 20)));
        }
        driver.advanceWallClockTime(LINGER);
        assertThat(targets())
                .extracting(TeacherTargets::promptId)
                .containsExactly("t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9");
    }

    @Test
    void targets_promptWithoutResponse_areOfTheTeachersText() {
        pipe(prompt("a", "Once"));
        driver.advanceWallClockTime(LINGER);
        TeacherTargets targets = targets().get(0);
        assertThat(targets.promptText()).isEqualTo("Once");
        assertThat(targets.responseText()).isEqualTo(TestingTeacher.ANSWER);
        assertThat(targets.responseSource()).isEqualTo(ResponseSource.TEACHER);
        assertThat(targets.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(targets.teacher()).isEqualTo(teacher.identity());
        assertThat(targets.createdAt()).isEqualTo(ASKED);
        assertThat(targets.scoredAt()).isEqualTo(SCORED);
    }

    @Test
    void targets_heldOutPromptWithEverything_carryItOn() {
        var prompt = new Prompt(
                "a",
                "talk",
                Chat.of(Message.of("system", "Be brief."), Message.of("user", "Why?")),
                Response.of("Because.", Author.PRODUCTION),
                "No reason.",
                "acme",
                ASKED,
                Split.HELD_OUT,
                Production.UNKNOWN,
                Map.of());
        input().pipeInput(new TestRecord<>(
                utf8("key"), PromptCodec.encode(prompt), new RecordHeaders().add("trace", utf8("7")), ASKED));
        driver.advanceWallClockTime(LINGER);
        TestRecord<byte[], byte[]> record = output(TOPICS.teacherTargets()).readRecord();
        assertThat(record.key()).isEqualTo(utf8("key"));
        assertThat(record.getRecordTime()).isEqualTo(ASKED);
        assertThat(record.headers().lastHeader("trace").value()).isEqualTo(utf8("7"));
        TeacherTargets targets = TeacherTargetsCodec.decode(record.value());
        assertThat(targets.promptText()).isEqualTo("system: Be brief.\nuser: Why?\nassistant:");
        assertThat(targets.responseText()).isEqualTo("Because.");
        assertThat(targets.reference()).isEqualTo("No reason.");
        assertThat(targets.conversationId()).isEqualTo("talk");
        assertThat(targets.tenant()).isEqualTo("acme");
        assertThat(targets.split()).isEqualTo(Split.HELD_OUT);
        assertThat(targets.responseSource()).isEqualTo(ResponseSource.PRODUCTION);
    }

    @Test
    void targets_recordWithoutKey_areKeyedByConversation() {
        input().pipeInput(null, PromptCodec.encode(prompt("a", "x")));
        driver.advanceWallClockTime(LINGER);
        assertThat(output(TOPICS.teacherTargets()).readRecord().key()).isEqualTo(utf8("conversation"));
    }

    static Stream<Arguments> unreadable() {
        return Stream.of(
                Arguments.of("malformed JSON", utf8("{\"id\": \"a\", "), "malformed_json", "not a JSON prompt"),
                Arguments.of("no object", utf8("[]"), "invalid_prompt", "expected an object"),
                Arguments.of("empty value", new byte[0], "invalid_prompt", "not a JSON prompt"),
                Arguments.of("no value", null, "malformed_json", "the record has no value"),
                Arguments.of("no id", utf8("{\"prompt\": \"x\"}"), "invalid_prompt", "the prompt has no id"),
                Arguments.of("empty prompt", utf8("{\"id\": \"a\", \"prompt\": \" \"}"), "invalid_prompt", "is empty"),
                Arguments.of(
                        "empty response",
                        utf8("{\"id\": \"a\", \"prompt\": \"x\", \"response\": \"\"}"),
                        "empty_response",
                        "the response is empty"),
                Arguments.of(
                        "invalid UTF-8",
                        new byte[] {'{', '"', (byte) 0xc3, '(', '"', '}'},
                        "invalid_utf8",
                        "not UTF-8: byte 2"),
                Arguments.of(
                        "half a surrogate pair",
                        utf8("{\"id\": \"a\", \"prompt\": \"\\ud83d\"}"),
                        "invalid_utf8",
                        "half of a surrogate pair"),
                Arguments.of(
                        "beyond the context window",
                        PromptCodec.encode(prompt("a", "x".repeat(61))),
                        "context_window",
                        "63 tokens, more than the context window of 60"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unreadable")
    void process_whatIsNoPrompt_isDeadLetteredAsItCame(String what, byte[] value, String label, String reason) {
        pipe("before");
        var headers =
                new RecordHeaders().add("trace", utf8("7")).add("stillstream.topic", utf8("of an earlier letter"));
        input().pipeInput(new TestRecord<>(utf8("key"), value, headers, ASKED));
        pipe("after");
        TestRecord<byte[], byte[]> record = output(TOPICS.deadLetters()).readRecord();
        assertThat(record.key()).isEqualTo(utf8("key"));
        assertThat(record.value()).isEqualTo(value);
        assertThat(record.headers().lastHeader("trace").value()).isEqualTo(utf8("7"));
        assertThat(record.headers().headers("stillstream.topic")).hasSize(1);
        DeadLetter letter = letter(record);
        assertThat(letter.rejection().detail()).contains(reason);
        assertThat(letter.rejection().code().label()).isEqualTo(label);
        assertThat(letter).isEqualTo(new DeadLetter("teacher-scorer", letter.rejection(), TOPICS.prompts(), 0, 1));
        assertThat(deadLetters(label)).isEqualTo(1);
        driver.advanceWallClockTime(LINGER);
        assertThat(targets()).extracting(TeacherTargets::promptId).containsExactly("before", "after");
    }

    @Test
    void process_endOfSource_isOnTheTargetsAsItCame() {
        pipe("a");
        byte[] value = EndOfSourceCodec.encode(new EndOfSource("end", "chats", 0, 1, ASKED));
        var headers = new RecordHeaders();
        EndOfSource.headers().forEach(headers::add);
        input().pipeInput(new TestRecord<>(utf8("chats"), value, headers, ASKED));
        List<TestRecord<byte[], byte[]>> records =
                output(TOPICS.teacherTargets()).readRecordsToList();
        assertThat(records).hasSize(2);
        assertThat(TeacherTargetsCodec.decode(records.get(0).value()).promptId())
                .isEqualTo("a");
        assertThat(records.get(1).key()).isEqualTo(utf8("chats"));
        assertThat(records.get(1).value()).isEqualTo(value);
        assertThat(records.get(1).headers()).isEqualTo(headers);
        assertThat(records.get(1).getRecordTime()).isEqualTo(ASKED);
        assertThat(output(TOPICS.deadLetters()).isEmpty()).isTrue();
        assertThat(buffered()).isEmpty();
    }

    @Test
    void flush_oneThatTheTeacherRejects_isDeadLetteredAndTheOthersAreScored() {
        pipe(prompt("a", "x"), prompt("b", "NaN"), prompt("c", "x"));
        driver.advanceWallClockTime(LINGER);
        assertThat(targets()).extracting(TeacherTargets::promptId).containsExactly("a", "c");
        TestRecord<byte[], byte[]> record = output(TOPICS.deadLetters()).readRecord();
        assertThat(record.value()).isEqualTo(PromptCodec.encode(prompt("b", "NaN")));
        assertThat(letter(record))
                .isEqualTo(new DeadLetter(
                        "teacher-scorer",
                        new Rejection(RejectionCode.NOT_FINITE, "the logits at position 0 are NaN"),
                        TOPICS.prompts(),
                        0,
                        1));
        assertThat(buffered()).isEmpty();
    }

    @Test
    void flush_asManyNotFiniteInARowAsAreNotEndured_stopsAndWritesNothingOfTheBatch() {
        pipe(prompt("a", "NaN"), prompt("b", "x"), prompt("c", "NaN"), prompt("d", "NaN"));
        assertThat(targets()).extracting(TeacherTargets::promptId).containsExactly("b");
        assertThat(output(TOPICS.deadLetters()).readRecordsToList()).hasSize(3);
        assertThat(deadLetters("not_finite")).isEqualTo(3);

        pipe(prompt("e", "NaN"), prompt("f", "x"), prompt("g", "x"));
        assertThatThrownBy(() -> driver.advanceWallClockTime(LINGER))
                .isInstanceOf(StreamsException.class)
                .rootCause()
                .isInstanceOf(ScorerException.class)
                .hasMessageContaining("NaN or infinity to 3 prompts in a row, the last at prompts-0 offset 4")
                .hasMessageContaining("scorer.max-not-finite (3)");
        assertThat(targets()).isEmpty();
        assertThat(output(TOPICS.deadLetters()).isEmpty()).isTrue();
        assertThat(buffered()).hasSize(3);
    }

    @Test
    void flush_notFiniteAndFiniteInTurn_goesOn() {
        for (int i = 0; i < 4; i++) {
            pipe(prompt("nan" + i, "NaN"), prompt("fine" + i, "xxx"));
        }
        assertThat(targets()).hasSize(4);
        assertThat(output(TOPICS.deadLetters()).readRecordsToList()).hasSize(4);
    }

    @Test
    void flush_targetsBeyondMaxRecordBytes_areDeadLettered() {
        teacher.keepColumns(2000);
        pipe("a");
        driver.advanceWallClockTime(LINGER);
        assertThat(targets()).isEmpty();
        TestRecord<byte[], byte[]> record = output(TOPICS.deadLetters()).readRecord();
        assertThat(record.value()).isEqualTo(PromptCodec.encode(prompt("a", "x")));
        assertThat(letter(record).rejection().detail())
                .matches("the targets of 1 tokens take \\d+ bytes; expected at most 4096");
    }

    @Test
    void process_recordBeyondMaxRecordBytes_isDeadLetteredWithItsFirstBytes() {
        byte[] value = PromptCodec.encode(prompt("a", "x".repeat(5000)));
        input().pipeInput(utf8("key"), value);
        TestRecord<byte[], byte[]> record = output(TOPICS.deadLetters()).readRecord();
        assertThat(record.value()).isEqualTo(Arrays.copyOf(value, MAX_RECORD_BYTES));
        assertThat(letter(record).rejection().detail())
                .contains("expected at most 4096")
                .contains("first");
        assertThat(deadLetters("line_too_long")).isEqualTo(1);
    }

    /** Kafka Streams would pass it on, and a broker refuse what is more than an hour ahead. */
    @Test
    void process_timestampOfAForeignClient_isReplacedByThePresent() {
        input().pipeInput(utf8("key"), PromptCodec.encode(prompt("far", "x")), Long.MAX_VALUE);
        input().pipeInput(utf8("key"), utf8("no prompt"), Long.MAX_VALUE);
        driver.advanceWallClockTime(LINGER);
        assertThat(output(TOPICS.teacherTargets()).readRecord().timestamp()).isEqualTo(SCORED.toEpochMilli());
        assertThat(output(TOPICS.deadLetters()).readRecord().timestamp()).isEqualTo(SCORED.toEpochMilli());
    }

    @Test
    void flush_teacherThatCannotRun_stopsWithoutOutput() {
        pipe("a", "b", "c");
        teacher.breakDown();
        assertThatThrownBy(() -> pipe("d"))
                .isInstanceOf(StreamsException.class)
                .rootCause()
                .isInstanceOf(ScorerException.class)
                .hasMessage("the testing teacher is broken");
        assertThat(targets()).isEmpty();
        assertThat(output(TOPICS.deadLetters()).isEmpty()).isTrue();
        assertThat(buffered()).hasSize(3);
    }

    @Test
    void restart_withAFullBuffer_scoresWhatTheChangelogHeld() {
        pipe("a", "b", "c", "d", "e", "f");
        assertThat(targets()).hasSize(4);
        Map<Long, byte[]> changelog = changelog();
        driver.close();
        assertThat(bufferedPrompts()).isZero();

        driver = driver();
        KeyValueStore<Long, SourceRecord> buffer = driver.getKeyValueStore(ScorerTopology.BUFFER);
        var deserializer = SourceRecordSerde.serde().deserializer();
        changelog.forEach((offset, bytes) -> buffer.put(offset, deserializer.deserialize("", bytes)));
        pipe("g", "h");
        driver.advanceWallClockTime(LINGER);
        assertThat(targets()).extracting(TeacherTargets::promptId).containsExactly("e", "f", "g", "h");
        assertThat(buffered()).isEmpty();
    }

    private TopologyTestDriver driver() {
        var properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "scorer-test");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
        var config = new ScorerConfig(
                "scorer-test",
                1,
                MAX_BATCH_TOKENS,
                MAX_BATCH_RECORDS,
                LINGER,
                Duration.ofSeconds(20),
                Duration.ofSeconds(45),
                MAX_NOT_FINITE,
                2,
                MAX_RECORD_BYTES,
                MAX_BUFFERED_BYTES,
                -1,
                List.of(),
                directory);
        var clock = Clock.fixed(SCORED, ZoneOffset.UTC);
        return new TopologyTestDriver(
                ScorerTopology.of(config, TOPICS, teacher, CrashJournal.none(), meters, clock), properties);
    }

    private TestInputTopic<byte[], byte[]> input() {
        return driver.createInputTopic(TOPICS.prompts(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    private TestOutputTopic<byte[], byte[]> output(String topic) {
        return driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private void pipe(String... ids) {
        pipe(Arrays.stream(ids).map(id -> prompt(id, "x")).toArray(Prompt[]::new));
    }

    private void pipe(Prompt... prompts) {
        for (Prompt prompt : prompts) {
            input().pipeInput(utf8(prompt.conversationId()), PromptCodec.encode(prompt));
        }
    }

    private List<TeacherTargets> targets() {
        return output(TOPICS.teacherTargets()).readValuesToList().stream()
                .map(TeacherTargetsCodec::decode)
                .toList();
    }

    private Map<Long, byte[]> changelog() {
        Map<Long, byte[]> entries = new LinkedHashMap<>();
        driver.createOutputTopic(
                        "scorer-test-" + ScorerTopology.BUFFER + "-changelog",
                        new LongDeserializer(),
                        new ByteArrayDeserializer())
                .readRecordsToList()
                .forEach(record -> {
                    if (record.value() == null) {
                        entries.remove(record.key());
                    } else {
                        entries.put(record.key(), record.value());
                    }
                });
        return entries;
    }

    private List<Long> buffered() {
        KeyValueStore<Long, SourceRecord> buffer = driver.getKeyValueStore(ScorerTopology.BUFFER);
        try (var entries = buffer.all()) {
            Stream.Builder<Long> offsets = Stream.builder();
            entries.forEachRemaining(entry -> offsets.add(entry.key));
            return offsets.build().toList();
        }
    }

    private double bufferedPrompts() {
        return telemetry.registry().get("stillstream.buffered.prompts").gauge().value();
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

    private static DeadLetter letter(TestRecord<byte[], byte[]> record) {
        Map<String, byte[]> headers = new HashMap<>();
        for (Header header : record.headers()) {
            headers.put(header.key(), header.value());
        }
        return DeadLetter.fromHeaders(headers);
    }

    private static Prompt prompt(String id, String text) {
        return prompt(id, text, null);
    }

    private static Prompt answered(String id, String text, String response) {
        return prompt(id, text, response);
    }

    private static Prompt prompt(String id, String text, String response) {
        return new Prompt(
                id,
                "conversation",
                new PlainText(text),
                response == null ? null : Response.of(response, Author.PRODUCTION),
                null,
                "default",
                ASKED,
                Split.TRAIN,
                Production.UNKNOWN,
                Map.of());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

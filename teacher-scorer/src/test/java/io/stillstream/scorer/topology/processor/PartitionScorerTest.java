package io.stillstream.scorer.topology.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.codec.EndOfSourceCodec;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Production;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rejection.DeadLetter;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.contract.source.EndOfSource;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.crash.CrashJournal;
import io.stillstream.monitoring.crash.PartitionOffset;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.topology.prompt.SourceRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class PartitionScorerTest {

    private static final int CONTEXT_WINDOW = 40;
    private static final int MAX_BATCH_TOKENS = 50;
    private static final int MAX_BATCH_RECORDS = 3;
    private static final ScorerConfig CONFIG =
            ScorerConfig.defaults().withMaxBatch(MAX_BATCH_TOKENS, MAX_BATCH_RECORDS);
    private static final long LINGER_MILLIS = CONFIG.linger().toMillis();

    private final Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.SCORER);
    private final TestingTeacher teacher = new TestingTeacher(CONTEXT_WINDOW);
    private final MockProcessorContext<byte[], byte[]> context = new MockProcessorContext<>();
    private final KeyValueStore<Long, SourceRecord> store = store(context);
    private CrashJournal journal = CrashJournal.none();
    private final PartitionScorer scorer = scorer(teacher);
    private long offset;

    private PartitionScorer scorer(TestingTeacher ofScorer) {
        return new PartitionScorer(
                context, new ScorerContext(CONFIG, ofScorer, journal, telemetry.scorer(), Clock.systemUTC()));
    }

    private static KeyValueStore<Long, SourceRecord> store(MockProcessorContext<byte[], byte[]> context) {
        KeyValueStore<Long, SourceRecord> store = Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore(ScorerTopology.BUFFER), Serdes.Long(), SourceRecordSerde.serde())
                .withLoggingDisabled()
                .build();
        store.init(context.getStateStoreContext(), store);
        context.setCurrentSystemTimeMs(0);
        return store;
    }

    @AfterEach
    void stop() {
        telemetry.close();
    }

    @Test
    void process_fewerThanABatch_areStoredUntilTheLinger() {
        process("a", 5);
        process("b", 5);
        scorer.punctuate(LINGER_MILLIS - 1);
        assertThat(stored()).containsExactly(0L, 1L);
        assertThat(context.forwarded()).isEmpty();
        assertThat(buffered()).isEqualTo(2);

        scorer.punctuate(LINGER_MILLIS);
        assertThat(targets()).containsExactly("a", "b");
        assertThat(stored()).isEmpty();
        assertThat(buffered()).isZero();
    }

    @Test
    void process_maxBatchRecords_areSentInTheirOrderAndLeaveTheStoreEmpty() {
        process("short", 5);
        process("long", 20);
        process("short too", 6);
        assertThat(teacher.batches()).hasSizeGreaterThanOrEqualTo(1);
        assertThat(targets()).containsExactly("short", "long", "short too");
        assertThat(stored()).isEmpty();
    }

    @Test
    void process_promptThatWouldExceedTheTokens_flushesTheOthersFirst() {
        process("a", 20);
        process("b", 20);
        process("c", 20);
        assertThat(targets()).containsExactly("a", "b");
        assertThat(stored()).containsExactly(2L);
        assertThat(buffered()).isEqualTo(1);
    }

    @Test
    void process_endOfSource_flushesWhatWaitsAndFollowsIt() {
        process("a", 5);
        process("b", 5);
        process("end", EndOfSourceCodec.encode(new EndOfSource("end", "chats", 0, 1, Instant.EPOCH)));
        assertThat(targets()).containsExactly("a", "b");
        assertThat(children())
                .containsExactly(
                        ScorerTopology.TEACHER_TARGETS, ScorerTopology.TEACHER_TARGETS, ScorerTopology.TO_ALL_TARGETS);
        assertThat(stored()).isEmpty();
        assertThat(buffered()).isZero();
    }

    @Test
    void process_endOfSourceAndNothingWaits_isPassedOnAlone() {
        process("end", EndOfSourceCodec.encode(new EndOfSource("end", "chats", 0, 1, Instant.EPOCH)));
        assertThat(children()).containsExactly(ScorerTopology.TO_ALL_TARGETS);
        assertThat(teacher.batches()).isEmpty();
    }

    @Test
    void process_endOfSourceThatDoesNotDecode_isDeadLettered() {
        process("a", 5);
        process("end", new byte[] {'{', '}'});
        assertThat(children()).containsExactly(ScorerTopology.DEAD_LETTERS);
        assertThat(stored()).containsExactly(0L);
    }

    /** Compressed, it is small enough for the broker. */
    @Test
    void process_endOfSourceThatIsTooLong_isDeadLettered() {
        String source = "s".repeat(CONFIG.maxRecordBytes());
        process("end", EndOfSourceCodec.encode(new EndOfSource("end", source, 0, 1, Instant.EPOCH)));
        process(
                "e".repeat(CONFIG.maxRecordBytes()),
                EndOfSourceCodec.encode(new EndOfSource("end", "chats", 0, 1, Instant.EPOCH)));
        assertThat(children()).containsExactly(ScorerTopology.DEAD_LETTERS, ScorerTopology.DEAD_LETTERS);
    }

    @Test
    void restore_storedPromptsBeforeTheEndOfSource_areSentBeforeIt() {
        store.put(7L, source(7, "a", 5));
        offset = 8;
        process("end", EndOfSourceCodec.encode(new EndOfSource("end", "chats", 0, 1, Instant.EPOCH)));
        assertThat(targets()).containsExactly("a");
        assertThat(children()).containsExactly(ScorerTopology.TEACHER_TARGETS, ScorerTopology.TO_ALL_TARGETS);
        assertThat(stored()).isEmpty();
    }

    @Test
    void process_promptThatTheTeacherCannotScore_isDeadLetteredAndNotStored() {
        process("too long", CONTEXT_WINDOW + 1);
        assertThat(children()).containsExactly(ScorerTopology.DEAD_LETTERS);
        assertThat(stored()).isEmpty();
        assertThat(buffered()).isZero();
    }

    @Test
    void flush_teacherThatCannotRun_sendsNothingAndKeepsTheStore() {
        process("a", 5);
        process("b", 5);
        teacher.breakDown();
        assertThatThrownBy(() -> scorer.punctuate(LINGER_MILLIS)).isInstanceOf(ScorerException.class);
        assertThat(context.forwarded()).isEmpty();
        assertThat(stored()).containsExactly(0L, 1L);
    }

    static List<Supplier<Throwable>> failuresOfARecord() {
        return List.of(
                () -> new ArithmeticException("long overflow"),
                () -> new IllegalStateException("a secret of the prompt"),
                () -> new StackOverflowError(),
                () -> new ScorerException("scoring 1 responses failed"),
                () -> new ContractException("out of the contract"));
    }

    /** One of three in the batch fails: the others are scored, in their order. */
    @ParameterizedTest
    @MethodSource("failuresOfARecord")
    void flush_onePromptThatFails_isADeadLetterAndTheOthersAreScored(Supplier<Throwable> failure) {
        teacher.failAt("b", failure);
        process("a", 5);
        process("b", 5);
        process("c", 5);
        assertThat(targets()).containsExactly("a", "c");
        assertThat(deadLetters()).hasSize(1);
        assertThat(deadLetters().get(0).rejection().code()).isEqualTo(RejectionCode.INTERNAL_ERROR);
        assertThat(deadLetters().get(0).rejection().detail()).doesNotContain("secret");
        assertThat(deadLetters().get(0).offset()).isEqualTo(1);
        assertThat(stored()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("failuresOfARecord")
    void process_promptThatCannotBeAdmitted_isADeadLetter(Supplier<Throwable> failure) {
        teacher.failToAdmit("b", failure);
        process("a", 5);
        process("b", 5);
        process("c", 5);
        scorer.punctuate(LINGER_MILLIS);
        assertThat(targets()).containsExactly("a", "c");
        assertThat(deadLetters().get(0).rejection().code())
                .isIn(RejectionCode.INTERNAL_ERROR, RejectionCode.INVALID_PROMPT);
    }

    @Test
    void flush_noMemory_stopsTheScorer() {
        teacher.failAt("b", () -> new OutOfMemoryError("Java heap space"));
        process("a", 5);
        process("b", 5);
        assertThatThrownBy(() -> process("c", 5)).isInstanceOf(OutOfMemoryError.class);
        assertThat(context.forwarded()).isEmpty();
    }

    /** As the scorer finds it when it was killed twice. */
    @Test
    void process_promptThatKilledTheScorerTwice_isPoison(@TempDir Path directory) throws IOException {
        var second = new PartitionOffset(0, 1);
        for (int start = 0; start < 2; start++) {
            CrashJournal dying = CrashJournal.open(directory, "prompts");
            assertThatThrownBy(() -> dying.process(List.of(second), () -> {
                        throw new OutOfMemoryError();
                    }))
                    .isInstanceOf(OutOfMemoryError.class);
        }
        journal = CrashJournal.open(directory, "prompts");
        PartitionScorer third = scorer(teacher);
        for (String id : List.of("a", "b", "c")) {
            process(third, id, 5);
        }
        third.punctuate(LINGER_MILLIS);
        assertThat(targets()).containsExactly("a", "c");
        assertThat(deadLetters().get(0).rejection().code()).isEqualTo(RejectionCode.POISON);
        assertThat(teacher.batches()).containsExactly(List.of("a", "c"));
    }

    @Test
    void process_promptsOfATopicMadeAnew_doNotMeetThoseOfTheOldOne() {
        store.put(7L, source(7, "old", 5));
        offset = 7;
        process("new", 5);
        scorer.punctuate(LINGER_MILLIS);
        assertThat(targets()).containsExactly("old", "new");
        assertThat(stored()).isEmpty();
    }

    @Test
    void process_moreThanTheBufferedBytes_flushesWhatWaits() {
        ScorerConfig small = CONFIG.withBufferedBytes(4 * CONFIG.maxRecordBytes());
        var ofSmall = new PartitionScorer(
                context, new ScorerContext(small, teacher, journal, telemetry.scorer(), Clock.systemUTC()));
        String ballast = "x".repeat(CONFIG.maxRecordBytes() / 5);
        for (String id : List.of("a", "b")) {
            context.setRecordMetadata("prompts", 0, offset++);
            Prompt prompt = Prompt.of(id, new PlainText("x"), Instant.EPOCH);
            ofSmall.process(new Record<>(
                    new byte[] {1},
                    PromptCodec.encode(new Prompt(
                            id,
                            id,
                            prompt.input(),
                            null,
                            ballast,
                            "default",
                            Instant.EPOCH,
                            Split.TRAIN,
                            Production.UNKNOWN,
                            Map.of())),
                    0));
        }
        assertThat(targets()).containsExactly("a");
        assertThat(stored()).containsExactly(1L);
    }

    @Test
    void restore_storedPrompts_areScoredBeforeLaterOnes() {
        store.put(7L, source(7, "a", 5));
        store.put(9L, source(9, "b", 5));
        offset = 10;
        process("c", 5);
        assertThat(targets()).containsExactly("a", "b", "c");
        assertThat(stored()).isEmpty();
    }

    @Test
    void restore_storedPromptThatIsNoLongerAdmitted_isDeadLetteredAndDeleted() {
        store.put(7L, source(7, "a", CONTEXT_WINDOW));
        PartitionScorer smaller = scorer(new TestingTeacher(CONTEXT_WINDOW - 1));
        smaller.punctuate(0);
        assertThat(children()).containsExactly(ScorerTopology.DEAD_LETTERS);
        assertThat(stored()).isEmpty();
    }

    @Test
    void close_bufferedPrompts_areNotCountedAnyLongerAndStayInTheStore() {
        process("a", 5);
        scorer.close();
        assertThat(buffered()).isZero();
        assertThat(stored()).containsExactly(0L);
        assertThat(context.forwarded()).isEmpty();
    }

    private void process(String id, int tokens) {
        process(scorer, id, tokens);
    }

    private void process(PartitionScorer to, String id, int tokens) {
        context.setRecordMetadata("prompts", 0, offset++);
        to.process(new Record<>(new byte[] {1}, prompt(id, tokens), 0));
    }

    private void process(String key, byte[] marker) {
        var headers = new RecordHeaders();
        EndOfSource.headers().forEach(headers::add);
        context.setRecordMetadata("prompts", 0, offset++);
        scorer.process(new Record<>(key.getBytes(StandardCharsets.UTF_8), marker, 0, headers));
    }

    private static SourceRecord source(long offset, String id, int tokens) {
        return new SourceRecord("prompts", 0, offset, 0, new byte[] {1}, prompt(id, tokens), new Header[0]);
    }

    /** @param tokens of prompt and response, which the testing teacher counts by their letters */
    private static byte[] prompt(String id, int tokens) {
        return PromptCodec.encode(new Prompt(
                id,
                id,
                new PlainText("x".repeat(tokens - 1)),
                Response.of("y", Author.PRODUCTION),
                null,
                "default",
                Instant.EPOCH,
                Split.TRAIN,
                Production.UNKNOWN,
                Map.of()));
    }

    private List<String> targets() {
        return context.forwarded().stream()
                .filter(forward -> forward.childName().orElseThrow().equals(ScorerTopology.TEACHER_TARGETS))
                .map(forward ->
                        TeacherTargetsCodec.decode(forward.record().value()).promptId())
                .toList();
    }

    private List<DeadLetter> deadLetters() {
        return context.forwarded().stream()
                .filter(forward -> forward.childName().orElseThrow().equals(ScorerTopology.DEAD_LETTERS))
                .map(forward -> {
                    Map<String, byte[]> headers = new HashMap<>();
                    forward.record().headers().forEach(header -> headers.put(header.key(), header.value()));
                    return DeadLetter.fromHeaders(headers);
                })
                .toList();
    }

    private List<String> children() {
        return context.forwarded().stream()
                .map(forward -> forward.childName().orElseThrow())
                .toList();
    }

    private List<Long> stored() {
        List<Long> offsets = new ArrayList<>();
        try (var entries = store.all()) {
            entries.forEachRemaining(entry -> offsets.add(entry.key));
        }
        return offsets;
    }

    private double buffered() {
        return telemetry.registry().get("stillstream.buffered.prompts").gauge().value();
    }
}

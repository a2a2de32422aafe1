package io.stillstream.producer.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.EndOfSourceCodec;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.codec.SourcePositionCodec;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.DeadLetter;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.contract.source.EndOfSource;
import io.stillstream.contract.source.SourcePosition;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.producer.ProducerException;
import io.stillstream.producer.ProducerReport;
import io.stillstream.producer.RejectionCount;
import io.stillstream.producer.TestingPipe;
import io.stillstream.producer.TrafficConfig;
import io.stillstream.producer.redaction.Redaction;
import io.stillstream.producer.redaction.RedactionConfig;
import io.stillstream.producer.redaction.RedactionKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@Timeout(60)
class ProducerStageTest {

    private final Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.PRODUCER);
    private final MockProducer<byte[], byte[]> broker =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());

    private final Logger logger = (Logger) LoggerFactory.getLogger(FollowedFile.class);

    /** Longer than any test takes, so that only what a test does completes a transaction. */
    private static final Duration A_LONG_TIME = Duration.ofMinutes(1);

    /** Traffic at a rate is completed by its age. */
    private static final Duration A_SHORT_TIME = Duration.ofMillis(20);

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        logger.detachAndStopAllAppenders();
        logger.setLevel(null);
        telemetry.close();
    }

    @Test
    void run_goodLines_areSentKeyedByConversation() throws Exception {
        ProducerReport report = run(reading("""
            {"id":"p1","conversation_id":"c1","prompt":"Hi"}

            {"id":"p2","conversation_id":"c1","messages":[{"role":"user","content":"Ho"}]}
            """));

        assertThat(report).isEqualTo(new ProducerReport(2, 0, List.of(), 0, Map.of(), false));
        assertThat(broker.history())
                .filteredOn(message -> message.topic().equals("prompts"))
                .extracting(message -> text(message.key()))
                .containsExactly("c1", "c1");
        assertThat(prompts()).extracting(Prompt::id).containsExactly("p1", "p2");
    }

    @Test
    void run_badLines_areSetAsideAndTheRestIsSent() throws Exception {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes("{\"id\":\"p1\",\"prompt\":\"Hi\"}\n".getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes("{\"prompt\":\n".getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes("{\"prompt\":\"\"}\n".getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes(new byte[] {'{', '"', (byte) 0xFF, '"', '}', '\n'});
        bytes.writeBytes(("{\"prompt\":\"" + "x ".repeat(5_000_000) + "\"}\n").getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes("{\"id\":\"p1\",\"prompt\":\"Hi again\"}\n".getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes("{\"id\":\"p2\",\"prompt\":\"\\ud800\"}\n".getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes("{\"id\":\"p3\",\"prompt\":\"Last\"}".getBytes(StandardCharsets.UTF_8));
        Path file = directory.resolve("traffic.jsonl");
        Files.write(file, bytes.toByteArray());

        ProducerReport report = run(TrafficConfig.reading(file.toString()));

        assertThat(prompts()).extracting(Prompt::id).containsExactly("p1", "p3");
        assertThat(report.sent()).isEqualTo(2);
        assertThat(report.deadLetters()).isEqualTo(6);
        assertThat(report.rejections())
                .containsExactly(
                        new RejectionCount(RejectionCode.MALFORMED_JSON, 1, "traffic.jsonl", 2),
                        new RejectionCount(RejectionCode.EMPTY_PROMPT, 1, "traffic.jsonl", 3),
                        new RejectionCount(RejectionCode.INVALID_UTF8, 2, "traffic.jsonl", 4),
                        new RejectionCount(RejectionCode.LINE_TOO_LONG, 1, "traffic.jsonl", 5),
                        new RejectionCount(RejectionCode.DUPLICATE_ID, 1, "traffic.jsonl", 6));
        List<DeadLetter> letters = letters().stream()
                .map(message -> DeadLetter.fromHeaders(headers(message)))
                .toList();
        assertThat(letters).allSatisfy(letter -> {
            assertThat(letter.stage()).isEqualTo("producer");
            assertThat(letter.topic()).isEqualTo("traffic.jsonl");
            assertThat(letter.partition()).isEqualTo(-1);
        });
        assertThat(letters).extracting(DeadLetter::offset).containsExactly(2L, 3L, 4L, 5L, 6L, 7L);
        assertThat(letters.get(3).rejection().detail())
                .isEqualTo("the line has 10000013 bytes; expected at most 1048576");
        assertThat(text(letters().get(0).value())).isEqualTo("{\"prompt\":");
        ProducerRecord<byte[], byte[]> tooLong = letters().get(3);
        assertThat(text(tooLong.value())).matches("\\{\"prompt\":\"(x )+").hasSizeBetween(65_000, 64 << 10);
        assertThat(text(headers(tooLong).get("stillstream.original-bytes"))).isEqualTo("10000013");
        assertThat(text(headers(tooLong).get("stillstream.kept-bytes")))
                .isEqualTo(Integer.toString(tooLong.value().length));
        assertThat(deadLetters())
                .isEqualTo(Map.of(
                        "malformed_json", 1.0,
                        "empty_prompt", 1.0,
                        "invalid_utf8", 2.0,
                        "line_too_long", 1.0,
                        "duplicate_id", 1.0));
    }

    @Test
    void run_privateValues_areWrittenNowhere() throws Exception {
        TrafficConfig config = reading("""
            {"id":"p1","conversation_id":"anna@example.org","prompt":"Mail anna@example.org","response":"anna@example.org?"}
            {"id":"p2","conversation_id":"anna@example.org","prompt":"anna@example.org again"}
            {"id":"p3","prompt":"anna@example.org",
            {"id":"p4","messages":[{"role":"anna@example.org","content":7}]}
            {"id":"p5","prompt":"Hi","anna@example.org":1}
            """);

        ProducerReport report = run(config);

        assertThat(report.sent()).isEqualTo(3);
        assertThat(report.unknownFields().keySet()).singleElement().asString().startsWith("<EMAIL_");
        assertThat(broker.history()).isNotEmpty().allSatisfy(message -> {
            assertThat(message.key() == null ? "" : text(message.key())).doesNotContain("anna");
            assertThat(text(message.value())).doesNotContain("anna");
            headers(message).values().forEach(header -> assertThat(text(header)).doesNotContain("anna"));
        });
        assertThat(prompts().get(0).conversationId())
                .startsWith("redacted-")
                .isEqualTo(prompts().get(1).conversationId());
        String first = ((PlainText) prompts().get(0).input()).text();
        assertThat(first).matches("Mail <EMAIL_\\d+>");
        assertThat(((PlainText) prompts().get(1).input()).text()).isEqualTo(first.substring(5) + " again");
        assertThat(text(letters().get(0).value())).matches("\\{\"id\":\"p3\",\"prompt\":\"<EMAIL_\\d+>\",");
    }

    @Test
    void run_promptThatCannotBeRedacted_isADigest() throws Exception {
        RedactionConfig usual = RedactionConfig.defaults();
        var strict = new RedactionConfig(true, usual.detectors(), "", usual.phoneRegions(), 150, usual.timeLimit(), "");
        TrafficConfig config = reading("{\"prompt\":\"" + "word ".repeat(20) + "\"}\n{\"prompt\":\"short\"}\n");

        ProducerReport report =
                stage(config, redaction(strict), InputStream.nullInputStream()).run(broker, Map::of);

        assertThat(report.sent()).isEqualTo(1);
        assertThat(report.rejections())
                .containsExactly(new RejectionCount(RejectionCode.REDACTION_FAILED, 1, "traffic.jsonl", 1));
        assertThat(text(letters().get(0).value())).startsWith("{\"withheld\":").doesNotContain("word");
    }

    @Test
    void run_repeat_givesNewIdsTheSameSplitAndOneDeadLetter() throws Exception {
        TrafficConfig config =
                reading("{\"id\":\"a\",\"prompt\":\"A\",\"created_at\":\"2020-01-01T00:00:00Z\"}\nbad\n");
        ProducerReport report = run(traffic(config.source(), false, 0, 1.0, 3, 0, 10, Duration.ofSeconds(1)));

        assertThat(report).isEqualTo(new ProducerReport(3, 3, List.of(malformed(2)), 0, Map.of(), false));
        assertThat(prompts()).extracting(Prompt::id).containsExactly("a", "a#2", "a#3");
        assertThat(prompts()).extracting(Prompt::conversationId).containsOnly("a");
        assertThat(prompts()).extracting(Prompt::split).containsOnly(Split.HELD_OUT);
        assertThat(prompts().get(0).createdAt()).isBefore(prompts().get(1).createdAt());
    }

    @Test
    void run_limitWithoutEnd_stopsAtTheLimit() throws Exception {
        TrafficConfig config = reading("{\"prompt\":\"A\"}\n{\"prompt\":\"B\"}\n");

        ProducerReport report = run(traffic(config.source(), false, 0, 0, 0, 5, 10, Duration.ofSeconds(1)));

        assertThat(report.sent()).isEqualTo(5);
    }

    @Test
    void run_repeatWithoutEndOfNothing_ends() throws Exception {
        TrafficConfig config = reading("bad\n");

        assertThat(run(traffic(config.source(), false, 0, 0, 0, 0, 10, Duration.ofSeconds(1))))
                .isEqualTo(new ProducerReport(0, 0, List.of(malformed(1)), 0, Map.of(), false));
    }

    @Test
    void run_rateLimit_isKept() throws Exception {
        TrafficConfig config = reading("{\"prompt\":\"A\"}\n".repeat(21));
        long start = System.nanoTime();

        run(traffic(config.source(), false, 100, 0, 1, 0, 0, Duration.ofSeconds(1)));

        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(195), Duration.ofSeconds(5));
    }

    @Test
    void stop_fromAnotherThread_endsAStreamThatDoesNot() throws Exception {
        try (var writer = new PipedOutputStream();
                var in = new PipedInputStream(writer)) {
            writer.write("{\"prompt\":\"A\"}\n".getBytes(StandardCharsets.UTF_8));
            ProducerStage stage = stage(TrafficConfig.reading("-"), in);
            CompletableFuture<ProducerReport> running = CompletableFuture.supplyAsync(() -> stage.run(broker, Map::of));
            awaitRecord(broker);

            stage.stop();

            assertThat(running.get(5, TimeUnit.SECONDS))
                    .isEqualTo(new ProducerReport(1, 0, List.of(), 0, Map.of(), true));
        }
    }

    @Test
    void stop_whileWaitingForTheRate_isNotHeldUp() throws Exception {
        TrafficConfig config = reading("{\"prompt\":\"A\"}\n".repeat(3));
        ProducerStage stage = stage(
                traffic(config.source(), false, 0.01, 0, 1, 0, 0, Duration.ofSeconds(1)),
                InputStream.nullInputStream());
        CompletableFuture<ProducerReport> running = CompletableFuture.supplyAsync(() -> stage.run(broker, Map::of));
        awaitRecord(broker);

        stage.stop();

        assertThat(running.get(5, TimeUnit.SECONDS)).isEqualTo(new ProducerReport(1, 0, List.of(), 0, Map.of(), true));
    }

    @Test
    void run_interrupted_returnsWithTheFlagSet() throws Exception {
        TrafficConfig config = reading("");
        var flag = new CompletableFuture<Boolean>();
        ProducerStage stage = stage(
                traffic(config.source(), true, 0, 0, 1, 0, 0, Duration.ofSeconds(1)), InputStream.nullInputStream());
        var thread = new Thread(() -> {
            stage.run(broker, Map::of);
            flag.complete(true);
        });
        thread.start();
        Thread.sleep(100);

        thread.interrupt();

        assertThat(flag.get(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void run_trafficEnds_tellsEveryPartitionBehindItsPrompts() throws Exception {
        MockProducer<byte[], byte[]> three = broker(3);
        ProducerReport report = stage(reading("{\"prompt\":\"A\"}\nbad\n"), InputStream.nullInputStream())
                .run(three, Map::of);

        assertThat(report).isEqualTo(new ProducerReport(1, 0, List.of(malformed(2)), 0, Map.of(), false));
        assertThat(three.commitCount()).as("with the position that says so").isEqualTo(1);
        List<ProducerRecord<byte[], byte[]>> sent = traffic(three);
        assertThat(sent).hasSize(5);
        assertThat(sent.subList(0, 2)).allMatch(message -> !isEnd(message));
        List<EndOfSource> ends = sent.subList(2, 5).stream()
                .filter(ProducerStageTest::isEnd)
                .map(message -> EndOfSourceCodec.decode(message.value()))
                .toList();
        assertThat(ends).extracting(EndOfSource::partition).containsExactly(0, 1, 2);
        assertThat(ends).extracting(EndOfSource::partitions).containsOnly(3);
        assertThat(ends).extracting(EndOfSource::source).containsOnly("traffic.jsonl");
        assertThat(ends).extracting(EndOfSource::id).containsOnly(ends.get(0).id());
        assertThat(sent.subList(2, 5)).extracting(ProducerRecord::partition).containsExactly(0, 1, 2);
    }

    @Test
    void end_trafficOfOthers_tellsEveryPartitionAndReadsNothing() {
        MockProducer<byte[], byte[]> three = broker(3);
        var input = new ByteArrayInputStream("{\"prompt\":\"A\"}\n".getBytes(StandardCharsets.UTF_8));
        assertThat(stage(TrafficConfig.reading("-"), input).end(three)).isEqualTo(3);
        assertThat(input.available()).isEqualTo(15);
        assertThat(three.commitCount()).isEqualTo(1);
        assertThat(three.history()).hasSize(3).allMatch(ProducerStageTest::isEnd);
        assertThat(three.history()).extracting(ProducerRecord::partition).containsExactly(0, 1, 2);
        assertThat(three.history().stream()
                        .map(message -> EndOfSourceCodec.decode(message.value()).id()))
                .containsOnly(
                        EndOfSourceCodec.decode(three.history().get(0).value()).id());
    }

    @Test
    void run_twice_areTwoEnds() throws Exception {
        MockProducer<byte[], byte[]> first = broker(1);
        MockProducer<byte[], byte[]> second = broker(1);
        for (MockProducer<byte[], byte[]> one : List.of(first, second)) {
            stage(reading("{\"prompt\":\"A\"}\n"), InputStream.nullInputStream())
                    .run(one, Map::of);
        }
        assertThat(Stream.concat(first.history().stream(), second.history().stream())
                        .filter(ProducerStageTest::isEnd)
                        .map(message -> EndOfSourceCodec.decode(message.value()).id()))
                .hasSize(2)
                .doesNotHaveDuplicates();
    }

    @Test
    void run_limitReached_isAnEndToo() throws Exception {
        MockProducer<byte[], byte[]> one = broker(1);
        TrafficConfig config = reading("{\"prompt\":\"A\"}\n{\"prompt\":\"B\"}\n");
        stage(traffic(config.source(), false, 0, 0, 0, 3, 10, Duration.ofSeconds(1)), InputStream.nullInputStream())
                .run(one, Map::of);
        assertThat(traffic(one)).hasSize(4);
        assertThat(isEnd(traffic(one).get(3))).isTrue();
    }

    @Test
    void stop_trafficGoesOn_isNoEnd() throws Exception {
        MockProducer<byte[], byte[]> one = broker(1);
        TrafficConfig config = reading("{\"prompt\":\"A\"}\n");
        ProducerStage stage = stage(
                traffic(config.source(), true, 0, 0, 1, 0, 0, Duration.ofSeconds(1)), InputStream.nullInputStream());
        CompletableFuture<ProducerReport> running = CompletableFuture.supplyAsync(() -> stage.run(one, Map::of));
        awaitRecord(one);
        stage.stop();
        assertThat(running.get(5, TimeUnit.SECONDS).stopped()).isTrue();
        assertThat(one.history()).noneMatch(ProducerStageTest::isEnd);
    }

    @Test
    void run_again_goesOnWhereItWas() throws Exception {
        TrafficConfig config = reading("{\"id\":\"a\",\"prompt\":\"A\"}\nbad\n{\"id\":\"b\",\"prompt\":\"B\"}\n");
        MockProducer<byte[], byte[]> first = broker(1);
        run(config, first, Map.of());
        Map<String, SourcePosition> end = positions(first);
        assertThat(end.values()).singleElement().satisfies(position -> {
            assertThat(position.line()).isEqualTo(3);
            assertThat(position.ended()).isTrue();
        });

        MockProducer<byte[], byte[]> second = broker(1);
        ProducerReport nothing = run(config, second, end);
        assertThat(nothing).isEqualTo(new ProducerReport(0, 0, List.of(), 3, Map.of(), false));
        assertThat(nothing.acceptedNothing()).isFalse();
        assertThat(second.history()).as("no second end either").isEmpty();

        Files.writeString(
                directory.resolve("traffic.jsonl"),
                "{\"id\":\"a\",\"prompt\":\"A\"}\n{\"id\":\"c\",\"prompt\":\"C\"}\n",
                StandardOpenOption.APPEND);
        MockProducer<byte[], byte[]> third = broker(1);
        ProducerReport more = run(config, third, end);
        assertThat(more)
                .as("the id of line 1 is known to be one")
                .isEqualTo(new ProducerReport(
                        1,
                        0,
                        List.of(new RejectionCount(RejectionCode.DUPLICATE_ID, 1, "traffic.jsonl", 4)),
                        3,
                        Map.of(),
                        false));
        assertThat(traffic(third)).hasSize(3);
        assertThat(isEnd(traffic(third).get(2))).isTrue();
    }

    @Test
    void run_fromStart_readsAgain() throws Exception {
        TrafficConfig config = reading("{\"prompt\":\"A\"}\n");
        MockProducer<byte[], byte[]> first = broker(1);
        run(config, first, Map.of());

        ProducerReport again = run(
                new TrafficConfig(
                        config.source(),
                        "",
                        false,
                        true,
                        0,
                        0,
                        0,
                        1,
                        0,
                        1000,
                        10,
                        3,
                        10,
                        Duration.ZERO,
                        config.deliveryTimeout(),
                        Map.of()),
                broker(1),
                positions(first));

        assertThat(again.sent()).isEqualTo(1);
    }

    @Test
    void run_repeated_goesOnInItsRound() throws Exception {
        TrafficConfig config = reading("{\"id\":\"a\",\"prompt\":\"A\"}\n{\"id\":\"b\",\"prompt\":\"B\"}\n");
        MockProducer<byte[], byte[]> first = broker(1);
        run(traffic(config.source(), false, 0, 0, 3, 3, 10, Duration.ofSeconds(1)), first, Map.of());

        MockProducer<byte[], byte[]> second = broker(1);
        run(traffic(config.source(), false, 0, 0, 3, 0, 10, Duration.ofSeconds(1)), second, positions(first));

        assertThat(prompts(first)).extracting(Prompt::id).containsExactly("a", "b", "a#2");
        assertThat(prompts(second)).extracting(Prompt::id).containsExactly("b#2", "a#3", "b#3");
    }

    @Test
    void run_severalFiles_eachHasItsPosition() throws Exception {
        Path logs = Files.createDirectory(directory.resolve("logs"));
        Files.writeString(logs.resolve("b.jsonl"), "{\"id\":\"b\",\"prompt\":\"B\"}\n");
        Files.writeString(logs.resolve("a.jsonl"), "{\"id\":\"a\",\"prompt\":\"A\"}\n");
        TrafficConfig config = traffic(logs.toString(), false, 0, 0, 1, 0, 10, Duration.ofSeconds(1));
        MockProducer<byte[], byte[]> first = broker(1);
        run(config, first, Map.of());
        Files.writeString(logs.resolve("c.jsonl"), "{\"id\":\"c\",\"prompt\":\"C\"}\n");

        MockProducer<byte[], byte[]> second = broker(1);
        run(config, second, positions(first));

        assertThat(prompts(first)).extracting(Prompt::id).containsExactly("a", "b");
        assertThat(first.history().stream().filter(ProducerStageTest::isEnd)).hasSize(1);
        assertThat(positions(first)).hasSize(2);
        assertThat(prompts(second)).extracting(Prompt::id).containsExactly("c");
    }

    @Test
    void run_followedDirectory_readsFilesThatCome() throws Exception {
        Path logs = Files.createDirectory(directory.resolve("logs"));
        Files.writeString(logs.resolve("a.jsonl"), "{\"id\":\"a\",\"prompt\":\"A\"}\n");
        ProducerStage stage = stage(
                traffic(logs.toString(), true, 0, 0, 1, 0, 10, Duration.ofSeconds(1)), InputStream.nullInputStream());
        CompletableFuture<ProducerReport> running = CompletableFuture.supplyAsync(() -> stage.run(broker, Map::of));
        awaitPrompts(1);
        Files.writeString(logs.resolve("b.jsonl"), "{\"id\":\"b\",\"prompt\":\"B\"}\n");
        Files.writeString(logs.resolve("a.jsonl"), "{\"id\":\"c\",\"prompt\":\"C\"}\n", StandardOpenOption.APPEND);
        awaitPrompts(3);

        stage.stop();

        assertThat(running.get(5, TimeUnit.SECONDS).sent()).isEqualTo(3);
        assertThat(prompts()).extracting(Prompt::id).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void run_followedPatternThatMatchesNothingForAMoment_waits() throws Exception {
        Path file = Files.writeString(directory.resolve("a.jsonl"), "{\"id\":\"a\",\"prompt\":\"A\"}\n");
        ProducerStage stage = stage(
                traffic(directory + "/*.jsonl", true, 0, 0, 1, 0, 10, Duration.ofSeconds(1)),
                InputStream.nullInputStream());
        // Gone before the first look, which comes after the positions are read.
        CompletableFuture<ProducerReport> running = CompletableFuture.supplyAsync(() -> stage.run(broker, () -> {
            assertThat(file.toFile().delete()).isTrue();
            return Map.of();
        }));
        patiently("the producer has begun").until(broker::transactionInitialized);
        Files.writeString(directory.resolve("b.jsonl"), "{\"id\":\"b\",\"prompt\":\"B\"}\n");
        patiently("a prompt is sent, or the producer has ended")
                .until(() -> running.isDone() || !prompts().isEmpty());

        stage.stop();

        assertThat(running.get(5, TimeUnit.SECONDS).sent()).isEqualTo(1);
    }

    @Test
    void run_closedFilesThatGrowAreRotatedOrTruncated_areReadOnceAndWhole() throws Exception {
        Path file = Files.writeString(directory.resolve("a.jsonl"), prompt("1"));
        ListAppender<ILoggingEvent> logged = listen();
        ProducerStage stage = closing(directory + "/*.jsonl", Clock.systemUTC());
        CompletableFuture<ProducerReport> running = CompletableFuture.supplyAsync(() -> stage.run(broker, Map::of));
        awaitClosings(logged, 1);

        Files.writeString(file, prompt("2"), StandardOpenOption.APPEND);
        awaitClosings(logged, 2);
        Files.writeString(file, prompt("3"), StandardOpenOption.APPEND);
        Files.move(file, directory.resolve("a.jsonl.1"));
        Files.writeString(file, prompt("4"));
        awaitPrompts(4);
        awaitClosings(logged, 3);
        Files.writeString(file, prompt("5"), StandardOpenOption.APPEND);
        Files.move(directory.resolve("a.jsonl.1"), directory.resolve("a.jsonl.2"));
        Files.copy(file, directory.resolve("a.jsonl.1"));
        Files.writeString(file, prompt("6"));
        awaitPrompts(6);
        awaitClosings(logged, 4);
        Files.delete(file);
        Files.writeString(directory.resolve("b.jsonl"), prompt("7"));
        awaitPrompts(7);
        Files.writeString(file, prompt("8"));
        awaitPrompts(8);

        stage.stop();

        assertThat(running.get(5, TimeUnit.SECONDS).deadLetters()).isZero();
        assertThat(ids()).containsExactly("1", "2", "3", "4", "5", "6", "7", "8");
        assertThat(running.get().readBefore()).isZero();
    }

    @Test
    void run_deletedFile_isClosedWithItsLastLine() throws Exception {
        Path file = Files.writeString(
                directory.resolve("a.jsonl"), prompt("1") + "{\"id\":\"2\",\"prompt\":\"no line break\"}");
        Files.writeString(directory.resolve("b.jsonl"), "");
        var deleting = new DeletingClock(file);
        ProducerStage stage = closing(directory + "/*.jsonl", deleting);
        CompletableFuture<ProducerReport> running = CompletableFuture.supplyAsync(() -> stage.run(broker, Map::of));
        awaitPrompts(2);

        stage.stop();

        assertThat(running.get(5, TimeUnit.SECONDS).sent()).isEqualTo(2);
        assertThat(positions(broker).get(file.toString()).line()).isEqualTo(2);
    }

    /** Deletes a file while its first line is being read. */
    private static final class DeletingClock extends Clock {

        private final Path file;

        DeletingClock(Path file) {
            this.file = file;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            boolean unused = file.toFile().delete();
            return Instant.EPOCH;
        }
    }

    @Test
    void run_rotatedFileWhoseNameIsGone_isNoFileOfItsOwn() throws Exception {
        Path file = Files.writeString(directory.resolve("a.jsonl"), prompt("1"));
        ProducerStage stage = closing(directory + "/*.jsonl*", Clock.systemUTC());
        CompletableFuture<ProducerReport> running = CompletableFuture.supplyAsync(() -> stage.run(broker, Map::of));
        awaitPrompts(1);
        Files.move(file, directory.resolve("a.jsonl.1"));
        Files.writeString(directory.resolve("b.jsonl"), prompt("2"));
        awaitPrompts(2);
        Files.writeString(file, prompt("3"));
        awaitPrompts(3);

        stage.stop();

        assertThat(running.get(5, TimeUnit.SECONDS).deadLetters()).isZero();
        assertThat(ids()).containsExactly("1", "2", "3");
    }

    /** Shards of a data set number their rows from 0 each. */
    @Test
    void run_idsOfOtherFiles_areNoDuplicates() throws Exception {
        Files.writeString(directory.resolve("a.jsonl"), prompt("1") + prompt("2"));
        Files.writeString(directory.resolve("b.jsonl"), prompt("1") + prompt("2") + prompt("1"));
        TrafficConfig config = traffic(directory + "/*.jsonl", false, 0, 0, 1, 0, 10, Duration.ofSeconds(1));

        ProducerReport report = run(config);

        assertThat(ids()).containsExactly("1", "2", "1", "2");
        assertThat(report.rejections())
                .containsExactly(new RejectionCount(RejectionCode.DUPLICATE_ID, 1, "b.jsonl", 3));
    }

    @Test
    void run_moreIdsThanTheWindow_forgetsTheOldestOfAllFiles() throws Exception {
        Files.writeString(directory.resolve("a.jsonl"), prompt("1") + prompt("2") + prompt("3") + prompt("1"));
        TrafficConfig config = traffic(directory + "/*.jsonl", false, 0, 0, 1, 0, 2, Duration.ofSeconds(1));

        assertThat(run(config).deadLetters()).isZero();
        assertThat(ids()).containsExactly("1", "2", "3", "1");
    }

    @Test
    void run_againInALaterRound_knowsTheIdsOfThatRound() throws Exception {
        String source = reading(prompt("1") + prompt("2") + prompt("1")).source();
        ProducerReport first = run(traffic(source, false, 0, 0, 2, 4, 10, Duration.ofSeconds(1)));
        assertThat(ids()).containsExactly("1", "2", "1#2", "2#2");
        assertThat(first.deadLetters()).isEqualTo(1);

        MockProducer<byte[], byte[]> later = broker(1);
        run(traffic(source, false, 0, 0, 2, 0, 10, Duration.ofSeconds(1)), later, positions(broker));
        assertThat(prompts(later)).isEmpty();
    }

    private ListAppender<ILoggingEvent> listen() {
        var logged = new ListAppender<ILoggingEvent>();
        logged.list = new CopyOnWriteArrayList<>();
        logged.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(logged);
        return logged;
    }

    private static void awaitClosings(ListAppender<ILoggingEvent> logged, int atLeast) {
        patiently(atLeast + " times a file is closed")
                .until(
                        () -> logged.list.stream()
                                .filter(event -> event.getFormattedMessage().contains("it is closed"))
                                .count(),
                        closings -> closings >= atLeast);
    }

    @Test
    void run_everyLineRejected_isNothing() throws Exception {
        ProducerReport report = run(reading("bad\nworse\n"));

        assertThat(report.acceptedNothing()).isTrue();
        assertThat(report.rejections())
                .containsExactly(new RejectionCount(RejectionCode.MALFORMED_JSON, 2, "traffic.jsonl", 1));
        assertThat(run(reading(""), broker(1), Map.of()).acceptedNothing())
                .as("no line")
                .isTrue();
    }

    @Test
    void run_deliveryFails_saysWhichBrokerAndWhatToDo() throws Exception {
        var failing = new RefusingProducer(new TimeoutException("Expiring 1 record(s)"));
        ProducerStage stage = stage(reading("{\"prompt\":\"A\"}\n"), InputStream.nullInputStream());

        assertThatThrownBy(() -> stage.run(failing, Map::of))
                .isInstanceOf(ProducerException.class)
                .hasMessageContaining("127.0.0.1:1")
                .hasMessageContaining("Expiring 1 record(s)")
                .hasMessageContaining("check that it runs");
    }

    @Test
    void run_promptTooLargeForTheBroker_isSetAside() throws Exception {
        var picky = new RefusingProducer(new RecordTooLargeException("too large"));
        TrafficConfig config = reading("{\"prompt\":\"" + "x ".repeat(50_000) + "\"}\n");

        ProducerReport report = stage(config, InputStream.nullInputStream()).run(picky, Map::of);

        assertThat(report.sent()).isZero();
        assertThat(report.rejections())
                .containsExactly(new RejectionCount(RejectionCode.LINE_TOO_LONG, 1, "traffic.jsonl", 1));
        assertThat(picky.history()).extracting(ProducerRecord::topic).contains("dead-letters");
        ProducerRecord<byte[], byte[]> letter = picky.history().get(0);
        assertThat(letter.topic()).isEqualTo("dead-letters");
        assertThat(text(letter.value())).hasSizeBetween(65_000, 64 << 10);
    }

    @Test
    void run_noBroker_failsWithinTheDeliveryTimeoutBeforeReading() throws Exception {
        TrafficConfig config = reading("{\"prompt\":\"A\"}\n");
        ProducerStage stage = stage(
                traffic(config.source(), false, 0, 0, 1, 0, 0, Duration.ofMillis(300)), InputStream.nullInputStream());
        long start = System.nanoTime();

        assertThatThrownBy(stage::run)
                .isInstanceOf(ProducerException.class)
                .hasMessageContaining("the broker at 127.0.0.1:1 did not take what was sent")
                .hasMessageNotContaining("\n");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void run_noSuchHost_isOneLine() throws Exception {
        TrafficConfig config = reading("{\"prompt\":\"A\"}\n");
        var stage = new ProducerStage(
                config,
                redaction(RedactionConfig.defaults()),
                Topics.defaults(),
                Map.of("bootstrap.servers", "nowhere.invalid:9092"),
                telemetry);

        assertThatThrownBy(stage::run)
                .isInstanceOf(ProducerException.class)
                .hasMessageContaining("nowhere.invalid:9092")
                .hasMessageContaining("check kafka.bootstrap-servers");
    }

    @Test
    void properties_callersAreKeptExceptForThePromises() {
        Map<String, Object> properties = ProducerProperties.of(
                Map.of("bootstrap.servers", "b:1", "acks", "0", "linger.ms", 20, "security.protocol", "SSL"),
                TrafficConfig.reading("-"),
                "stillstream-producer-x");

        assertThat(properties)
                .containsEntry("transactional.id", "stillstream-producer-x")
                .containsEntry("acks", "all")
                .containsEntry("enable.idempotence", true)
                .containsEntry("compression.type", "zstd")
                .containsEntry("linger.ms", 20)
                .containsEntry("security.protocol", "SSL");
    }

    private static MockProducer<byte[], byte[]> broker(int partitions) {
        List<PartitionInfo> prompts = IntStream.range(0, partitions)
                .mapToObj(partition -> new PartitionInfo("prompts", partition, null, new Node[0], new Node[0]))
                .toList();
        var cluster = new Cluster("one", List.of(), prompts, Set.of(), Set.of());
        return new MockProducer<>(
                cluster, true, new RoundRobinPartitioner(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** What was sent, without the positions. */
    private static List<ProducerRecord<byte[], byte[]>> traffic(MockProducer<byte[], byte[]> broker) {
        return broker.history().stream()
                .filter(message -> !message.topic().equals("producer-positions"))
                .toList();
    }

    private static Map<String, SourcePosition> positions(MockProducer<byte[], byte[]> broker) {
        Map<String, SourcePosition> positions = new TreeMap<>();
        broker.history().stream()
                .filter(message -> message.topic().equals("producer-positions"))
                .forEach(message -> positions.put(text(message.key()), SourcePositionCodec.decode(message.value())));
        return positions;
    }

    @Test
    void run_pipe_isReadOnce_andNeitherFollowedNorRepeated() throws Exception {
        Path pipe = TestingPipe.in(directory);
        for (TrafficConfig config : List.of(
                traffic(pipe.toString(), true, 0, 0, 1, 0, 10, A_LONG_TIME),
                traffic(pipe.toString(), false, 0, 0, 2, 0, 10, A_LONG_TIME))) {
            assertThatThrownBy(() -> run(config))
                    .isInstanceOf(ProducerException.class)
                    .hasMessageStartingWith(
                            pipe + ", a pipe or a device, is read once, to its end; traffic.follow is ");
        }

        CompletableFuture<ProducerReport> running =
                CompletableFuture.supplyAsync(() -> run(traffic(pipe.toString(), false, 0, 0, 1, 0, 10, A_LONG_TIME)));
        Files.writeString(pipe, "{\"id\":\"p1\",\"prompt\":\"Hi\"}\n", StandardOpenOption.WRITE);
        assertThat(running.get().sent()).isEqualTo(1);
        assertThat(prompts()).extracting(Prompt::id).containsExactly("p1");
    }

    @Test
    void stop_pipeThatNobodyWritesTo_ends() throws Exception {
        Path pipe = TestingPipe.in(directory);
        ProducerStage stage =
                stage(traffic(pipe.toString(), false, 0, 0, 1, 0, 10, A_LONG_TIME), InputStream.nullInputStream());
        CompletableFuture<ProducerReport> running = CompletableFuture.supplyAsync(() -> stage.run(broker, Map::of));
        stage.stop();
        assertThat(running.get().sent()).isZero();
        // Its reader still waits in open().
        Files.writeString(pipe, "", StandardOpenOption.WRITE);
    }

    private static boolean isEnd(ProducerRecord<byte[], byte[]> message) {
        Header marker = message.headers().lastHeader(EndOfSource.HEADER);
        return marker != null && EndOfSource.isMarkedBy(marker.value());
    }

    private TrafficConfig reading(String text) throws Exception {
        Path file = directory.resolve("traffic.jsonl");
        Files.writeString(file, text);
        TrafficConfig config = TrafficConfig.reading(file.toString());
        return traffic(config.source(), false, 0, 0, 1, 0, config.duplicateWindow(), Duration.ofSeconds(5));
    }

    private static TrafficConfig traffic(
            String source,
            boolean follow,
            double promptsPerSecond,
            double heldOutFraction,
            int repeat,
            long limit,
            int duplicateWindow,
            Duration deliveryTimeout) {
        return new TrafficConfig(
                source,
                "",
                follow,
                false,
                promptsPerSecond,
                0,
                heldOutFraction,
                repeat,
                limit,
                1 << 20,
                duplicateWindow,
                3,
                1000,
                promptsPerSecond > 0 ? A_SHORT_TIME : A_LONG_TIME,
                deliveryTimeout,
                Map.of());
    }

    private void awaitPrompts(int count) {
        patiently(count + " prompts are sent").until(() -> prompts().size(), sent -> sent == count);
    }

    private static void awaitRecord(MockProducer<byte[], byte[]> to) {
        patiently("a record is sent").until(() -> !to.history().isEmpty());
    }

    private static ConditionFactory patiently(String what) {
        return await(what).atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20));
    }

    private ProducerReport run(
            TrafficConfig config, MockProducer<byte[], byte[]> to, Map<String, SourcePosition> positions) {
        return stage(config, InputStream.nullInputStream()).run(to, () -> positions);
    }

    private ProducerReport run(TrafficConfig config) {
        return stage(config, new ByteArrayInputStream(new byte[0])).run(broker, Map::of);
    }

    private ProducerStage stage(TrafficConfig config, InputStream input) {
        return stage(config, redaction(RedactionConfig.defaults()), input);
    }

    private ProducerStage stage(TrafficConfig config, Redaction redaction, InputStream input) {
        return new ProducerStage(
                config,
                redaction,
                Topics.defaults(),
                Map.of("bootstrap.servers", "127.0.0.1:1"),
                telemetry,
                input,
                Clock.systemUTC(),
                A_LONG_TIME);
    }

    /** A stage that closes each file as soon as it has read it. */
    private ProducerStage closing(String source, Clock clock) {
        return new ProducerStage(
                traffic(source, true, 0, 0, 1, 0, 100, Duration.ofSeconds(1)),
                redaction(RedactionConfig.defaults()),
                Topics.defaults(),
                Map.of("bootstrap.servers", "127.0.0.1:1"),
                telemetry,
                InputStream.nullInputStream(),
                clock,
                Duration.ZERO);
    }

    private static String prompt(String id) {
        return "{\"id\":\"" + id + "\",\"prompt\":\"Hi\"}\n";
    }

    private List<String> ids() {
        return prompts().stream().map(Prompt::id).toList();
    }

    private Redaction redaction(RedactionConfig settings) {
        return new Redaction(settings, RedactionKey.ofText("a key of the tests"), Redaction.meters(telemetry));
    }

    private static RejectionCount malformed(long firstLine) {
        return new RejectionCount(RejectionCode.MALFORMED_JSON, 1, "traffic.jsonl", firstLine);
    }

    private List<Prompt> prompts() {
        return prompts(broker);
    }

    private static List<Prompt> prompts(MockProducer<byte[], byte[]> broker) {
        return broker.history().stream()
                .filter(message -> message.topic().equals("prompts") && !isEnd(message))
                .map(message -> PromptCodec.decode(message.value()))
                .toList();
    }

    private List<ProducerRecord<byte[], byte[]>> letters() {
        return broker.history().stream()
                .filter(message -> message.topic().equals("dead-letters"))
                .toList();
    }

    private Map<String, Double> deadLetters() {
        Map<String, Double> counts = new TreeMap<>();
        telemetry.registry().get("stillstream.dead.letters").counters().forEach(counter -> {
            if (counter.count() > 0) {
                counts.put(counter.getId().getTag("reason"), counter.count());
            }
        });
        return counts;
    }

    private static Map<String, byte[]> headers(ProducerRecord<byte[], byte[]> message) {
        Map<String, byte[]> headers = new TreeMap<>();
        message.headers().forEach(header -> headers.put(header.key(), header.value()));
        return headers;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}

package io.stillstream.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.contract.source.EndOfSource;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.KafkaConfig;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.producer.ProducerException;
import io.stillstream.producer.ProducerReport;
import io.stillstream.producer.RejectionCount;
import io.stillstream.producer.redaction.Redaction;
import io.stillstream.producer.stage.ProducerStage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A producer that is started again on what it has read, against a real broker. */
@Timeout(120)
class ProducerRestartIT {

    private static final Topics TOPICS = Topics.defaults();

    @TempDir
    private Path directory;

    private EmbeddedBroker broker;
    private Path file;

    @BeforeEach
    void start() throws Exception {
        broker = EmbeddedBroker.start(directory.resolve("broker"));
        KafkaConfig kafka = KafkaConfig.defaults();
        new TopicCreator(kafka.clientProperties(broker.bootstrapServers()), kafka.connectTimeout())
                .create(TOPICS, 1, 1);
        file = Files.writeString(directory.resolve("chats.jsonl"), lines(0, 3));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void followedTwice_sendsEachLineOnce() throws Exception {
        for (int run = 0; run < 2; run++) {
            ProducerStage stage = stage(Map.of("traffic.follow", "true"));
            CompletableFuture<ProducerReport> running = CompletableFuture.supplyAsync(stage::run);
            awaitPrompts(3 + 2 * run);
            Files.writeString(file, lines(3 + 2 * run, 5 + 2 * run), StandardOpenOption.APPEND);
            awaitPrompts(5 + 2 * run);
            stage.stop();
            running.get(30, TimeUnit.SECONDS);
        }

        assertThat(ids()).containsExactly("c0", "c1", "c2", "c3", "c4", "c5", "c6");
    }

    @Test
    void secondProducerOfASource_stopsTheFirstWithAReason() throws Exception {
        ProducerStage first = stage(Map.of("traffic.follow", "true"));
        CompletableFuture<ProducerReport> running = CompletableFuture.supplyAsync(first::run);
        awaitPrompts(3);
        ProducerStage second = stage(Map.of("traffic.follow", "true"));
        CompletableFuture<ProducerReport> other = CompletableFuture.supplyAsync(second::run);
        Thread.sleep(3000);
        Files.writeString(file, lines(3, 5), StandardOpenOption.APPEND);

        assertThatThrownBy(running::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(ProducerException.class)
                .hasMessageContaining("another producer reads " + file)
                .hasMessageContaining("traffic.name");
        awaitPrompts(5);
        second.stop();
        other.get(30, TimeUnit.SECONDS);
        assertThat(ids()).containsExactly("c0", "c1", "c2", "c3", "c4");
    }

    @Test
    void promptThatTheBrokerDoesNotTake_isRejectedAndTheOthersKeepTheirOrder() throws Exception {
        Files.writeString(file, lines(0, 2) + "{\"id\":\"big\",\"prompt\":\"" + randomText() + "\"}\n" + lines(2, 4));

        ProducerReport report =
                stage(Map.of("traffic.max-line-bytes", "8000000")).run();

        // The broker says that a transaction is complete before its readers may read it.
        awaitPrompts(4);
        assertThat(ids()).containsExactly("c0", "c1", "c2", "c3");
        assertThat(report.sent()).isEqualTo(4);
        assertThat(report.rejections())
                .containsExactly(new RejectionCount(RejectionCode.LINE_TOO_LONG, 1, "chats.jsonl", 3));
        assertThat(TopicContents.read(broker.bootstrapServers(), TOPICS.deadLetters()))
                .hasSize(1);
    }

    @Test
    void readToItsEnd_isNotSentAgainUntilFromStart() {
        assertThat(stage(Map.of()).run().sent()).isEqualTo(3);

        ProducerReport again = stage(Map.of()).run();

        assertThat(again).isEqualTo(new ProducerReport(0, 0, List.of(), 3, Map.of(), false));
        assertThat(TopicContents.read(broker.bootstrapServers(), TOPICS.prompts()))
                .as("three prompts and one end")
                .hasSize(4);
        assertThat(stage(Map.of("traffic.from-start", "true")).run().sent()).isEqualTo(3);
        assertThat(ids()).hasSize(6);
    }

    @Test
    void namedSource_keepsItsPositionWhereverItsFileIs() throws Exception {
        assertThat(stage(Map.of("traffic.name", "chats")).run().sent()).isEqualTo(3);
        Path moved = Files.move(file, directory.resolve("elsewhere.jsonl"));
        file = moved;

        assertThat(stage(Map.of("traffic.name", "chats")).run().readBefore()).isEqualTo(3);
    }

    private ProducerStage stage(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.put("traffic.source", file.toString());
        all.put("traffic.held-out-fraction", "0");
        StillstreamConfig config = new ConfigLoader(Map.of()).load(StillstreamConfig.defaults(), null, all);
        Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.PRODUCER);
        return new ProducerStage(
                config.traffic(),
                Redaction.open(config.redaction(), file.getParent(), telemetry),
                TOPICS,
                config.kafka().clientProperties(broker.bootstrapServers()),
                telemetry);
    }

    private void awaitPrompts(int atLeast) {
        await(atLeast + " prompts are on the topic")
                .atMost(Duration.ofSeconds(100))
                .pollInterval(Duration.ofMillis(50))
                .until(this::ids, ids -> ids.size() >= atLeast);
    }

    private List<String> ids() {
        return TopicContents.read(broker.bootstrapServers(), TOPICS.prompts()).stream()
                .filter(message -> !TopicContents.headers(message).containsKey(EndOfSource.HEADER))
                .map(message -> PromptCodec.decode(message.value()).id())
                .toList();
    }

    private static String lines(int from, int to) {
        StringBuilder lines = new StringBuilder();
        IntStream.range(from, to)
                .forEach(number -> lines.append("{\"id\":\"c")
                        .append(number)
                        .append("\",\"prompt\":\"Tell me story ")
                        .append(number)
                        .append("\"}\n"));
        return lines.toString();
    }

    /** It does not compress below what the broker takes. */
    private static String randomText() {
        byte[] bytes = new byte[1_500_000];
        new Random(1).nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }
}

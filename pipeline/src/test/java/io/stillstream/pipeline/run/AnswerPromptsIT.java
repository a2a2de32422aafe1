package io.stillstream.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.PromptInput;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.source.EndOfSource;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.broker.TopicReader;
import io.stillstream.serving.ServingException;
import io.stillstream.serving.http.ServingStage;
import io.stillstream.serving.http.TestingServing;
import io.stillstream.serving.http.TestingSnapshots;
import io.stillstream.serving.onpolicy.AnswerPromptsConfig;
import io.stillstream.serving.weights.Follow;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A served student answers prompts of a real broker's topic, to learn from. */
final class AnswerPromptsIT {

    private static final Topics TOPICS = Topics.defaults();
    private static final TopicPartition PROMPTS = new TopicPartition(TOPICS.prompts(), 0);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int GOOD = 9;

    @TempDir
    private Path directory;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private Map<String, Object> kafka;
    private TestingSnapshots snapshots;
    private String snapshot;

    @BeforeEach
    void start() throws Exception {
        snapshots = new TestingSnapshots(directory.resolve("trainer"));
        snapshot = snapshots.publish(1, 0);
        EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"));
        opened.add(broker);
        kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
        new TopicCreator(kafka, Duration.ofSeconds(30)).create(TOPICS, 1, 1);
    }

    @AfterEach
    void stop() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    @Test
    void prompts_areAnsweredOnce_alikeByTheSameWeights_andOnlyThoseToTrainOn() throws Exception {
        // Prompts wait while nothing is served.
        ServingStage stage = serve("first");
        awaitGroup("first");
        send();
        snapshots.alias("candidate", snapshot);

        List<Prompt> answers = awaitAnswers(GOOD);
        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.id()).matches("good-\\d/on-policy/" + snapshot);
            assertThat(answer.conversationId())
                    .isEqualTo("conversation-of-" + answer.id().substring(0, 6));
            assertThat(answer.response().author()).isEqualTo(Author.student(snapshot));
            assertThat(answer.response().message().blank()).isFalse();
            assertThat(answer.split()).isEqualTo(Split.TRAIN);
            assertThat(answer.tenant()).isEqualTo("a");
            assertThat(answer.createdAt()).isAfter(Instant.EPOCH);
        });
        assertThat(answers.stream().map(Prompt::id)).doesNotHaveDuplicates();
        stage.close();

        // The same group goes on where it was: what came meanwhile is answered, and nothing again.
        send(good(GOOD));
        serve("first");
        assertThat(awaitAnswers(GOOD + 1).stream().map(Prompt::id)).doesNotHaveDuplicates();

        // Another group answers the same ones, and no student's answers; a record that killed a process alone is passed
        // over.
        commit("second", new OffsetAndMetadata(0, "alone to 3"));
        serve("second");
        List<Prompt> all = awaitAnswers(2 * GOOD + 1);
        assertThat(all.subList(GOOD + 1, all.size()))
                .hasSize(GOOD)
                .allSatisfy(again -> assertThat(all.subList(0, GOOD + 1))
                        .anySatisfy(first -> assertThat(again.withResponse(null).asked("again", Instant.EPOCH))
                                .isEqualTo(first.withResponse(null).asked("again", Instant.EPOCH))))
                .allSatisfy(again -> assertThat(all.stream()
                                .filter(one -> one.id().equals(again.id()))
                                .map(one -> one.response().message()))
                        .hasSize(2)
                        .allMatch(again.response().message()::equals));
        assertThat(all.stream().filter(one -> one.id().startsWith("good-0/"))).hasSize(1);
    }

    @Test
    void share_withoutBrokers_isRefused() {
        assertThatThrownBy(() -> serve("first", Map.of()))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("serving.answer-prompts.share is 1.0")
                .hasMessageContaining("kafka.bootstrap-servers");
    }

    /** Nine to answer, among others that are not. */
    private void send() throws Exception {
        send(good(0));
        raw("{\"id\": \"broken\"");
        send(with("held-out", new PlainText("Once upon")).withSplit(Split.HELD_OUT));
        send(with("written", new PlainText("Once upon"))
                .withResponse(Response.of("a time", Author.student("0000000001-a"))));
        send(with(
                "tools",
                new Chat(List.of(Message.of("user", "What?")), List.of("{\"type\": \"function\"}"), List.of())));
        send(with("too-long", new PlainText("Once upon a time. ".repeat(2_000))));
        try (var producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
            var marker = new ProducerRecord<byte[], byte[]>(TOPICS.prompts(), new byte[] {'{'});
            EndOfSource.headers().forEach(marker.headers()::add);
            var unused = producer.send(marker).get();
        }
        for (int i = 1; i < GOOD; i++) {
            send(good(i));
        }
    }

    private static Prompt good(int i) {
        PromptInput input = i % 2 == 0
                ? new PlainText("Once upon a time there were " + i)
                : Chat.of(Message.of("user", "Tell me a story of " + i));
        Prompt asked = with("good-" + i, input);
        return i % 3 == 0 ? asked : asked.withResponse(Response.of("Once there was a dog.", Author.PRODUCTION));
    }

    private static Prompt with(String id, PromptInput input) {
        Prompt asked = Prompt.of(id, input, Instant.EPOCH);
        return new Prompt(
                id,
                "conversation-of-" + id,
                input,
                null,
                null,
                "a",
                asked.createdAt(),
                Split.TRAIN,
                asked.production(),
                Map.of());
    }

    private void send(Prompt prompt) throws Exception {
        raw(new String(PromptCodec.encode(prompt), StandardCharsets.UTF_8));
    }

    private void raw(String value) throws Exception {
        try (var producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
            var unused = producer.send(new ProducerRecord<>(TOPICS.prompts(), value.getBytes(StandardCharsets.UTF_8)))
                    .get();
        }
    }

    private ServingStage serve(String group) {
        return serve(group, kafka);
    }

    private ServingStage serve(String group, Map<String, Object> brokers) {
        var answerPrompts = new AnswerPromptsConfig(1, group, 2, 12, 1, 1);
        Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.SERVING);
        opened.add(telemetry);
        ServingStage stage = ServingStage.start(
                TestingServing.config(null, Follow.CANDIDATE, Duration.ofMillis(50), answerPrompts),
                directory.resolve("trainer"),
                TOPICS,
                brokers,
                telemetry);
        opened.add(stage);
        return stage;
    }

    private void awaitGroup(String group) {
        try (Admin admin = Admin.create(kafka)) {
            await("the group '" + group + "' has offsets")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> !admin.listConsumerGroupOffsets(group)
                            .partitionsToOffsetAndMetadata()
                            .get()
                            .isEmpty());
        }
    }

    private void commit(String group, OffsetAndMetadata offset) throws Exception {
        try (Admin admin = Admin.create(kafka)) {
            admin.alterConsumerGroupOffsets(group, Map.of(PROMPTS, offset))
                    .all()
                    .get();
        }
    }

    /** Waits for so many answers that a student gave in this test, and for the records after them, of which there are none. */
    private List<Prompt> awaitAnswers(int count) {
        List<Prompt> answers = await(count + " answers")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(this::answers, given -> given.size() >= count);
        assertThat(answers).hasSize(count);
        return answers;
    }

    private List<Prompt> answers() {
        List<Prompt> answers = new ArrayList<>();
        try (var reader = new TopicReader(kafka)) {
            reader.read(TOPICS.prompts(), null, found -> {
                try {
                    Prompt prompt = PromptCodec.decode(found.value());
                    if (prompt.id().contains("/on-policy/")) {
                        answers.add(prompt);
                    }
                } catch (ContractException e) {
                    assertThat(new String(found.value(), StandardCharsets.UTF_8))
                            .startsWith("{");
                }
            });
        }
        return answers;
    }
}

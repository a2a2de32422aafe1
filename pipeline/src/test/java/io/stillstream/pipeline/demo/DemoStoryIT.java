package io.stillstream.pipeline.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.stillstream.contract.Topics;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rewind.Quarantine;
import io.stillstream.contract.rewind.RewindAnswer;
import io.stillstream.contract.rewind.RewindKeys;
import io.stillstream.contract.rewind.RewindOrder;
import io.stillstream.contract.rewind.RewindRequest;
import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.RolloutKeys;
import io.stillstream.contract.rollout.RolloutPhase;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.rollout.codec.RewindAnswerCodec;
import io.stillstream.contract.rollout.codec.RewindOrderCodec;
import io.stillstream.contract.rollout.codec.RolloutInputCodec;
import io.stillstream.contract.rollout.codec.RolloutStateCodec;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.broker.TopicReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The story of the demo on a real broker, with the rollout and the trainer played by the test. */
final class DemoStoryIT {

    private static final Topics TOPICS = Topics.defaults();
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String WEIGHTS = Digests.sha256("champion");

    @TempDir
    private Path directory;

    private final List<String> told = new CopyOnWriteArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicReference<Double> heldOut = new AtomicReference<>(1.1);
    private Map<String, Object> kafka = Map.of();

    @Test
    void eachStep_waitsForTheOneBefore_andLossThatComesBackIsTheEnd() throws Exception {
        try (EmbeddedBroker broker = broker()) {
            DemoStory story = story();
            CompletableFuture<Void> playing = play(story, broker);
            assertThat(story.awaited()).contains("the first snapshot's promotion");
            write(state(1, Set.of()));
            // A mark of the end follows the records.
            patiently("the import is on the topic")
                    .until(() -> read(TOPICS.prompts()).size() > importedRecords());
            assertThat(told).singleElement().asString().contains("1,920 answers", "held-out loss is 1.100");
            heldOut.set(2.1);
            assertThat(read(TOPICS.rolloutInputs())).isEmpty();

            write(state(2, Set.of(Digests.sha256("candidate"))));
            patiently("a rewind is asked for")
                    .until(() -> !read(TOPICS.rolloutInputs()).isEmpty());
            assertThat(RolloutInputCodec.decode(read(TOPICS.rolloutInputs()).get(0)))
                    .isInstanceOfSatisfying(RolloutInput.Command.class, command -> {
                        assertThat(command.verb()).isEqualTo(RolloutVerb.REWIND);
                        assertThat(command.rewind())
                                .isEqualTo(new RewindRequest("", new Quarantine.Tenant(BadImport.TENANT)));
                    });
            obey();
            patiently("the rewind is told of").until(() -> told, lines -> lines.size() == 2);
            assertThat(told.get(1)).contains("back at step 60", "35 steps are undone", "700 records");
            assertThat(story.awaited()).contains("a held-out loss of 1.100 bits/byte again, as before the import");
            assertThat(playing).isNotDone();

            heldOut.set(1.09);
            playing.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(told).last().asString().contains("back at 1.090", "was 1.100", "2.100 at its worst");
            assertThat(story.awaited()).isEmpty();
        }
    }

    @Test
    void demoThatEndsBefore_saysWhatWasWaitedFor() throws Exception {
        try (EmbeddedBroker broker = broker()) {
            DemoStory story = story();
            CompletableFuture<Void> playing = play(story, broker);
            write(state(1, Set.of()));
            patiently("the import is told of").until(() -> !told.isEmpty());
            over.countDown();
            playing.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(story.awaited()).contains("the rejection of a snapshot that learned from the import");
            assertThat(read(TOPICS.rolloutInputs())).isEmpty();
        }
    }

    private EmbeddedBroker broker() throws Exception {
        EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"));
        kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
        new TopicCreator(kafka, PATIENCE).create(TOPICS, 1, 1);
        return broker;
    }

    private DemoStory story() throws IOException {
        BundledModels models = BundledModels.unpack(directory.resolve("models"));
        BadImport bad = BadImport.write(models.prompts(), directory.resolve("import.jsonl"));
        return new DemoStory(DemoConfig.of(directory, models), bad, heldOut::get, told::add, over);
    }

    private int importedRecords() throws IOException {
        return Files.readAllLines(directory.resolve("import.jsonl")).size();
    }

    private static CompletableFuture<Void> play(DemoStory story, EmbeddedBroker broker) {
        return CompletableFuture.runAsync(() -> {
            try {
                story.play(broker.bootstrapServers());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private void obey() throws Exception {
        RewindOrder order = new RewindOrder(
                "a".repeat(64),
                7,
                new RewindRequest("", new Quarantine.Tenant(BadImport.TENANT)),
                "0000000060-abc",
                WEIGHTS,
                Map.of(),
                Instant.EPOCH);
        RewindAnswer answer = new RewindAnswer(
                order.id(), "trainer", "", order.snapshot(), 60, 35, "tenant=import", 700, Instant.EPOCH);
        send(TOPICS.trainingControl(), RewindKeys.bytes(RewindKeys.of(order)), RewindOrderCodec.encode(order));
        send(TOPICS.trainingControl(), RewindKeys.bytes(RewindKeys.of(answer)), RewindAnswerCodec.encode(answer));
    }

    private void write(RolloutState state) throws Exception {
        send(TOPICS.studentRollout(), RolloutKeys.bytes(RolloutKeys.STATE), RolloutStateCodec.encode(state));
    }

    private void send(String topic, byte[] key, byte[] value) throws Exception {
        try (var producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
            var unused =
                    producer.send(new ProducerRecord<>(topic, 0, key, value)).get();
        }
    }

    private List<byte[]> read(String topic) {
        List<byte[]> values = new ArrayList<>();
        try (var reader = new TopicReader(kafka)) {
            reader.read(topic, null, record -> values.add(record.value()));
        }
        return values;
    }

    private static ConditionFactory patiently(String what) {
        return await(what).atMost(PATIENCE).pollInterval(Duration.ofMillis(50));
    }

    private static RolloutState state(long revision, Set<String> rejected) {
        return new RolloutState(
                revision,
                RolloutPhase.HEALTHY,
                new SnapshotReference("0000000060-abc", WEIGHTS),
                null,
                null,
                List.of(),
                0,
                true,
                0,
                0,
                Instant.EPOCH,
                rejected,
                0,
                revision,
                Digests.sha256("head"));
    }
}

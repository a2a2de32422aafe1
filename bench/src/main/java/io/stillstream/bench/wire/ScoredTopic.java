package io.stillstream.bench.wire;

import io.stillstream.bench.scorer.SentPrompts;
import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.onnx.OnnxTeacher;
import io.stillstream.scorer.onnx.TeacherConfig;
import io.stillstream.scorer.topology.ScorerStage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A topic written by a real scorer, with its own producer, transactions and batches.
 *
 * @param records as a reader finds them
 * @param bytes what the broker's log of the topic takes on the disk
 */
public record ScoredTopic(List<TeacherTargets> records, long bytes) {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    public ScoredTopic {
        records = List.copyOf(records);
    }

    /** Response tokens, of which each record's own positions are counted. */
    public long tokens() {
        return records.stream().mapToLong(targets -> targets.tokens().count()).sum();
    }

    /**
     * Has a teacher score prompts in a broker of its own, which is stopped again.
     *
     * @param directory for the broker's log and the scorer's state
     * @param progress receives a line now and then
     * @throws PipelineException when nothing more is scored for five minutes
     */
    public static ScoredTopic write(
            List<Prompt> prompts, TeacherConfig teacher, Path directory, Consumer<String> progress) {
        Topics topics = Topics.defaults();
        var unmonitored = new MonitoringConfig(false, "127.0.0.1", 0);
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"));
                Telemetry telemetry = Telemetry.start(unmonitored, Stage.SCORER);
                OnnxTeacher model = OnnxTeacher.open(teacher)) {
            Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
            new TopicCreator(kafka, TIMEOUT).create(topics, 1, 1);
            SentPrompts.send(topics.prompts(), prompts, kafka);
            List<TeacherTargets> records;
            try (ScorerStage stage = ScorerStage.start(
                    ScorerConfig.defaults().withStateDirectory(directory.resolve("scorer")),
                    topics,
                    broker.bootstrapServers(),
                    Map.of(),
                    model,
                    telemetry.scorer())) {
                records = read(prompts.size(), topics, kafka, progress);
                stage.stop(TIMEOUT);
            }
            return new ScoredTopic(records, size(topics.teacherTargets(), kafka));
        }
    }

    /** All that comes of the prompts: targets, and dead letters, of which only the count matters. */
    private static List<TeacherTargets> read(
            int expected, Topics topics, Map<String, Object> kafka, Consumer<String> progress) {
        List<TeacherTargets> records = new ArrayList<>();
        Map<String, Object> properties =
                Map.of("bootstrap.servers", kafka.get("bootstrap.servers"), "isolation.level", "read_committed");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = List.of(
                    new TopicPartition(topics.teacherTargets(), 0), new TopicPartition(topics.deadLetters(), 0));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            int seen = 0;
            long lastNanos = System.nanoTime();
            while (seen < expected) {
                var polled = consumer.poll(Duration.ofMillis(500));
                polled.records(partitions.get(0))
                        .forEach(record -> records.add(TeacherTargetsCodec.decode(record.value())));
                seen += polled.count();
                if (!polled.isEmpty()) {
                    lastNanos = System.nanoTime();
                    progress.accept("scored " + seen + " of " + expected + " prompts");
                }
                if (System.nanoTime() - lastNanos > PATIENCE.toNanos()) {
                    throw new PipelineException("the teacher scored " + seen + " of " + expected
                            + " prompts and nothing for " + PATIENCE.toMinutes() + " minutes");
                }
            }
        }
        if (records.isEmpty()) {
            throw new PipelineException("the teacher could score none of " + expected + " prompts");
        }
        return records;
    }

    private static long size(String topic, Map<String, Object> kafka) {
        try (Admin admin = Admin.create(kafka)) {
            return admin.describeLogDirs(Set.of(1)).allDescriptions().get().values().stream()
                    .flatMap(directories -> directories.values().stream())
                    .flatMap(directory -> directory.replicaInfos().entrySet().stream())
                    .filter(replica -> replica.getKey().topic().equals(topic))
                    .mapToLong(replica -> replica.getValue().size())
                    .sum();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PipelineException("interrupted while the topic was measured", e);
        } catch (ExecutionException e) {
            throw new PipelineException("the broker did not report its topic's size: " + e.getMessage(), e);
        }
    }
}

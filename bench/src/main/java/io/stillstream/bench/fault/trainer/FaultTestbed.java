package io.stillstream.bench.fault.trainer;

import io.stillstream.bench.fault.trainer.process.SettableClock;
import io.stillstream.bench.fault.trainer.process.TrainerProcess;
import io.stillstream.bench.fault.trainer.process.TrainerSettings;
import io.stillstream.contract.Topics;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.config.KafkaConfig;
import io.stillstream.pipeline.demo.BundledModels;
import io.stillstream.student.model.StudentInitializer;
import io.stillstream.student.model.StudentShape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A broker in this process with a filled {@code teacher-targets}, and trainers that read it. */
final class FaultTestbed implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final StudentShape TINY = StudentShape.of(16, 32, 1, 2, 1, 128);

    private final Path directory;
    private final int partitions;
    private final BundledModels models;
    private final String servers;
    private final TopicContents contents;
    private EmbeddedBroker broker;

    private FaultTestbed(Path directory, int partitions, int records, long seed) {
        this.directory = directory;
        this.partitions = partitions;
        this.models = BundledModels.unpack(directory.resolve("models"));
        this.broker = EmbeddedBroker.start(brokerDirectory());
        this.servers = broker.bootstrapServers();
        try {
            Topics topics = Topics.defaults();
            KafkaConfig kafka = KafkaConfig.defaults();
            new TopicCreator(kafka.clientProperties(servers), kafka.connectTimeout())
                    .create(topics, partitions, partitions);
            contents = new TargetsFiller(servers, topics.teacherTargets(), partitions, seed)
                    .fill(records, models.teacher());
        } catch (RuntimeException e) {
            broker.close();
            throw e;
        }
    }

    static FaultTestbed prepare(Path directory, int partitions, int records, long seed) {
        return new FaultTestbed(directory, partitions, records, seed);
    }

    TopicContents contents() {
        return contents;
    }

    Path bundledStudent() {
        return models.student();
    }

    /** A student whose steps take almost no time. */
    Path tinyStudent(long seed) {
        Path student = directory.resolve("models").resolve("tiny-student");
        if (!Files.exists(student)) {
            new StudentInitializer(TINY, seed).write(student, models.student());
        }
        return student;
    }

    /** {@code stillstream train --until-end} with a data directory of its own. */
    TrainerProcess trainer(String name, TrainerSettings settings) {
        return trainer(directory.resolve(name), settings);
    }

    /** The same with this data directory. */
    TrainerProcess trainer(Path data, TrainerSettings settings) {
        return TrainerProcess.untilEnd(settings.of(servers, partitions, data), data);
    }

    TrainerProcess trainer(Path data, TrainerSettings settings, SettableClock clock) {
        return TrainerProcess.untilEnd(settings.of(servers, partitions, data), data, clock);
    }

    /** To measure memory; see {@link TrainerProcess#watched}. */
    TrainerProcess watchedTrainer(String name, TrainerSettings settings) {
        Path data = directory.resolve(name);
        return TrainerProcess.watched(settings.of(servers, partitions, data), data);
    }

    TrainerProcess naiveTrainer(String name, TrainerSettings settings) {
        Path data = directory.resolve(name);
        return TrainerProcess.of(NaiveTrainer.class, settings.of(servers, partitions, data), data);
    }

    /** Stops the broker; its log and its address stay. */
    void stopBroker() {
        broker.close();
    }

    void startBroker() {
        broker = EmbeddedBroker.start(
                brokerDirectory(), Integer.parseInt(servers.substring(servers.lastIndexOf(':') + 1)));
    }

    /** How many dead letters a reader of committed records finds. */
    int letters() {
        Map<String, Object> properties = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                servers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed");
        try (var reader = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            var letters = new TopicPartition(Topics.defaults().deadLetters(), 0);
            reader.assign(List.of(letters));
            reader.seekToBeginning(List.of(letters));
            long end = reader.endOffsets(List.of(letters)).getOrDefault(letters, 0L);
            int count = 0;
            while (reader.position(letters) < end) {
                count += reader.poll(POLL).count();
            }
            return count;
        }
    }

    private Path brokerDirectory() {
        return directory.resolve("broker");
    }

    @Override
    public void close() {
        broker.close();
    }
}

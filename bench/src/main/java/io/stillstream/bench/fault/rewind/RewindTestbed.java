package io.stillstream.bench.fault.rewind;

import io.stillstream.Stillstream;
import io.stillstream.bench.bisect.PlantedStream;
import io.stillstream.bench.fault.StageProcess;
import io.stillstream.bench.fault.trainer.process.TrainerProcess;
import io.stillstream.bench.fault.trainer.process.TrainerSettings;
import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.broker.TopicReader;
import io.stillstream.pipeline.config.KafkaConfig;
import io.stillstream.pipeline.demo.BundledModels;
import io.stillstream.student.model.StudentInitializer;
import io.stillstream.student.model.StudentShape;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A broker in this process, and the processes that a rollout with a trainer has: {@code train} and {@code rollout controller}. */
final class RewindTestbed implements AutoCloseable {

    private static final StudentShape TINY = StudentShape.of(16, 32, 1, 2, 1, 128);
    /** Snapshots often, so that a champion is had soon; checkpoints oftener, so that kills meet them. */
    private static final TrainerSettings.Pace PACE = new TrainerSettings.Pace(96, 3, 6);

    private static final String CLEAN = "-clean";

    private final Path directory;
    private final Path student;
    private final EmbeddedBroker broker;
    private final Map<String, Object> kafka;
    private final Topics topics = Topics.defaults();
    private final Topics clean = named(CLEAN);

    RewindTestbed(Path directory, long seed) {
        this.directory = directory;
        BundledModels models = BundledModels.unpack(directory.resolve("models"));
        student = directory.resolve("models").resolve("tiny-student");
        new StudentInitializer(TINY, seed).write(student, models.student());
        broker = EmbeddedBroker.start(directory.resolve("broker"));
        kafka = KafkaConfig.defaults().clientProperties(broker.bootstrapServers());
        var creator = new TopicCreator(kafka, KafkaConfig.defaults().connectTimeout());
        creator.create(topics, 1, 1);
        creator.create(clean, 1, 1);
    }

    Map<String, Object> kafka() {
        return kafka;
    }

    Topics topics() {
        return topics;
    }

    Path data() {
        return directory.resolve("data");
    }

    /** The data directory of the trainer that sees nothing of what is quarantined. */
    Path cleanData() {
        return directory.resolve("clean");
    }

    PlantedStream stream(long seed) {
        return new PlantedStream(kafka, topics.teacherTargets(), seed);
    }

    TrainerProcess trainer() {
        return TrainerProcess.endless(settings(data(), topics), data());
    }

    /** The same trainer for the rest of the topic. */
    TrainerProcess lastTrainer() {
        return TrainerProcess.untilEnd(settings(data(), topics), data());
    }

    TrainerProcess cleanTrainer() {
        return TrainerProcess.untilEnd(settings(cleanData(), clean), cleanData());
    }

    StageProcess controller() {
        Map<String, String> settings = new HashMap<>(settings(data(), topics));
        settings.put("rollout.steps", "100% 0s");
        List<String> main = Stream.concat(
                        Stream.of(Stillstream.class.getName(), "rollout", "controller"), StageProcess.options(settings))
                .toList();
        return new StageProcess(main, Map.of(), directory.resolve("controller.log"))
                .with(List.of("-Xms128m", "-Xmx128m"), Map.of());
    }

    /** The offsets of a tenant's records. */
    Set<Long> offsetsOf(String tenant) {
        Set<Long> offsets = new HashSet<>();
        read(record -> {
            if (TeacherTargetsCodec.tenant(record.value()).equals(tenant)) {
                offsets.add(record.offset());
            }
        });
        return offsets;
    }

    /**
     * Writes what is not passed over to the topic of the trainer that sees nothing else.
     *
     * @return how many records are passed over
     */
    long copy(LongPredicate passedOver) {
        var left = new AtomicLong();
        try (var writer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
            read(record -> {
                if (passedOver.test(record.offset())) {
                    left.incrementAndGet();
                } else {
                    var unused =
                            writer.send(new ProducerRecord<>(clean.teacherTargets(), 0, record.key(), record.value()));
                }
            });
            writer.flush();
        }
        return left.get();
    }

    private void read(Consumer<ConsumerRecord<byte[], byte[]>> action) {
        try (var reader = new TopicReader(kafka)) {
            reader.read(topics.teacherTargets(), null, action);
        }
    }

    private Map<String, String> settings(Path data, Topics used) {
        Map<String, String> settings =
                new HashMap<>(TrainerSettings.of(student, PACE).of(broker.bootstrapServers(), 1, data));
        // The planted records have text, and nothing else that can be learnt.
        settings.remove("trainer.loss.aligned-likelihood.weight");
        // None is removed: the champion's is gone back to.
        settings.put("trainer.snapshots.keep", "1000");
        settings.put("trainer.checkpoints.keep", "1000");
        // All of them start on one machine that is busy with the others.
        settings.put("kafka.connect-timeout", "2m");
        settings.put("topics.teacher-targets", used.teacherTargets());
        settings.put("topics.student-snapshots", used.studentSnapshots());
        settings.put("topics.training-control", used.trainingControl());
        return settings;
    }

    private static Topics named(String end) {
        Topics usual = Topics.defaults();
        return new Topics(
                usual.prompts(),
                usual.teacherTargets() + end,
                usual.deadLetters(),
                usual.studentSnapshots() + end,
                usual.producerPositions(),
                usual.studentRollout(),
                usual.rolloutInputs(),
                usual.trainingControl() + end,
                usual.servedOutcomes());
    }

    @Override
    public void close() {
        broker.close();
    }
}

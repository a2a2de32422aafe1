package io.stillstream.trainer.loop;

import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.student.TinyStudent;
import io.stillstream.trainer.checkpoint.BackgroundWriter;
import io.stillstream.trainer.checkpoint.CheckpointStore;
import io.stillstream.trainer.checkpoint.SnapshotPublisher;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.checkpoint.SnapshotTopic;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.examples.ExampleBuilder;
import io.stillstream.trainer.examples.ExampleTokenizer;
import io.stillstream.trainer.examples.RecordCheck;
import io.stillstream.trainer.examples.TransportPlans;
import io.stillstream.trainer.heldout.HeldOutSet;
import io.stillstream.trainer.ledger.Ledger;
import io.stillstream.trainer.ledger.LedgerPosition;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.offsets.OffsetRange;
import io.stillstream.trainer.offsets.Offsets;
import io.stillstream.trainer.rewind.TargetsStretch;
import io.stillstream.trainer.routing.RecordRouter;
import io.stillstream.trainer.source.DeadLetters;
import io.stillstream.trainer.source.StreamCursor;
import io.stillstream.trainer.storage.DataDirectory;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The parts of a trainer of a tiny student, in a data directory of its own: as {@link TrainerStage} wires them. */
public final class TrainerFixture implements AutoCloseable {

    static final TopicPartition ZERO = new TopicPartition(Samples.TOPIC, 0);

    final TrainerConfig config;
    final Telemetry telemetry;
    final DataDirectory data;
    final Ledger ledger;
    final CheckpointStore checkpoints;
    final SnapshotStore snapshots;
    final TrainingSession session;
    final ExampleTokenizer tokenizer;
    final HeldOutSet heldOut;
    final MockProducer<byte[], byte[]> deadLetters = producer();
    final DeadLetters letters;
    final RecordRouter router;
    final StreamCursor cursor;
    final BackgroundWriter writer;
    final TrainingMetrics metrics;
    final AtomicLong nanos = new AtomicLong();
    final CheckpointScheduler scheduler;
    private final Closer resources = new Closer();

    TrainerFixture(
            Path root,
            TrainerConfig.Batches batches,
            TrainerConfig.Evaluations evaluations,
            TrainerConfig.Snapshots snapshotConfig,
            TrainerConfig.Checkpoints checkpointConfig) {
        Path student = TinyStudent.at(root.resolve("student"));
        config = TestingConfig.of(student, root.resolve("data"))
                .with(Map.of(
                        "loss",
                        LossConfig.crossEntropyAlone(),
                        "batches",
                        batches,
                        "evaluations",
                        evaluations,
                        "snapshots",
                        snapshotConfig,
                        "checkpoints",
                        checkpointConfig));
        telemetry = resources.add(Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.TRAINER));
        data = resources.add(DataDirectory.open(config.dataDirectory()));
        ledger = resources.add(Ledger.open(data));
        checkpoints = new CheckpointStore(config.dataDirectory(), Clock.systemUTC());
        snapshots = new SnapshotStore(config.dataDirectory(), Clock.systemUTC());
        session = resources.add(TrainingSession.open(config, student, null));
        tokenizer = new ExampleTokenizer(session.tokenizer(), session.config(), session.wording());
        heldOut = new HeldOutSet(config.evaluations().heldOutRecords());
        letters = new DeadLetters(deadLetters, "dead-letters", telemetry.trainer());
        letters.begin("letters", Set.of(), noLetters());
        router = new RecordRouter(
                new RecordCheck(config.loss(), session.tokenizerHash(), session.wording(), null),
                tokenizer::tokenize,
                new ExampleBuilder(
                        tokenizer,
                        session.tokenizer(),
                        config.loss(),
                        TransportPlans.open(session.tokenizer(), session.config(), null)),
                letters,
                null,
                false);
        cursor = new StreamCursor(Samples.TOPIC, Offsets.of(Map.of(ZERO, 0L)), Map.of(), Map.of());
        var topic = new SnapshotTopic(producer(), "student-snapshots");
        var publisher = new SnapshotPublisher(
                config, data, ledger, checkpoints, snapshots, topic, letters, telemetry.trainer());
        publisher.begin();
        writer = resources.add(new BackgroundWriter(config.checkpoints().failures(), telemetry.trainer()));
        metrics = new TrainingMetrics(telemetry.trainer());
        scheduler = new CheckpointScheduler(
                config,
                session,
                heldOut,
                router,
                cursor,
                publisher,
                writer,
                metrics,
                LedgerPosition.BEGINNING,
                nanos::get);
    }

    /** No letter was written yet. */
    public static DeadLetters.Positions noLetters() {
        return (group, partitions) -> new DeadLetters.Position(new MockConsumer<>("none").groupMetadata(), Map.of());
    }

    /** Nothing is read again. */
    static TargetsStretch noTargets() {
        return new TargetsStretch() {

            @Override
            public Map<Integer, Long> earliest(Collection<Integer> partitions) {
                return Map.of();
            }

            @Override
            public Map<Integer, Long> latest() {
                return Map.of();
            }

            @Override
            public void read(List<OffsetRange> stretches, Consumer<ConsumerRecord<byte[], byte[]>> records) {}
        };
    }

    public static MockProducer<byte[], byte[]> producer() {
        return new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public void close() {
        resources.close();
    }
}

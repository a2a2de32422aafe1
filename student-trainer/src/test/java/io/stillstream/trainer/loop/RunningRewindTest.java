package io.stillstream.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.Topics;
import io.stillstream.contract.rewind.Quarantine;
import io.stillstream.contract.rewind.RewindAnswer;
import io.stillstream.contract.rewind.RewindOrder;
import io.stillstream.contract.rewind.RewindRequest;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Stage;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.student.TinyStudent;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.loop.TestingTopic.TestingConsumer;
import io.stillstream.trainer.offsets.OffsetRange;
import io.stillstream.trainer.rewind.RewindOrders;
import io.stillstream.trainer.rewind.TargetsStretch;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A trainer that is taken back while it runs ends as one that never saw what it passes over. */
final class RunningRewindTest {

    private static final TestingTopic TOPIC = TestingTopic.of(1, 260, 7);
    private static final int SNAPSHOT_STEPS = 15;

    @TempDir
    private Path root;

    private Telemetry telemetry;
    private Path student;

    @BeforeEach
    void prepare() {
        telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.TRAINER);
        student = TinyStudent.at(root.resolve("student"));
    }

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void order_range_endsWithTheBytesOfARunThatNeverSawIt() {
        var orders = new TestingOrders();
        TestingConsumer consumer = TOPIC.consumer(1, 0);
        TrainingReport report = run("data", consumer, orders, stage -> {
            if (orders.answers.isEmpty()) {
                Snapshot champion = first("data");
                long next = champion.manifest().offsets().get("teacher-targets-0");
                orders.give(order(champion, 'a', "0:" + (next + 3) + "-" + (next + 23)));
            } else {
                stage.stop();
            }
        });
        RewindAnswer answer = orders.answers.get(0);
        assertThat(answer.refusal()).isEmpty();
        assertThat(answer.step()).isEqualTo(SNAPSHOT_STEPS);
        assertThat(answer.abandonedSteps()).isPositive();
        assertThat(answer.records()).isPositive();
        OffsetRange removed = skipped("data").get(0);
        assertSameAsWithout(removed, report);
        assertThat(report.steps()).isEqualTo(last(report).manifest().step() + answer.abandonedSteps());
    }

    @Test
    void order_sinceChampion_passesOverAllThatTheLedgerListsAfterIt() {
        var orders = new TestingOrders();
        TestingConsumer consumer = TOPIC.consumer(1, 0);
        TrainingReport report = run("data", consumer, orders, stage -> {
            if (orders.answers.isEmpty()) {
                orders.give(order(first("data"), 'a', "since-champion"));
            } else {
                stage.stop();
            }
        });
        List<OffsetRange> skipped = skipped("data");
        assertThat(skipped).hasSize(1);
        assertThat(skipped.get(0).first())
                .isEqualTo(first("data").manifest().offsets().get("teacher-targets-0"));
        assertThat(orders.answers.get(0).records()).isEqualTo(trainedSince(skipped.get(0)));
        assertSameAsWithout(skipped.get(0), report);
    }

    /** A kill after the line: the next start finds it, answers, and does not go back again. */
    @Test
    void order_givenAgainAfterItWasObeyed_isAnsweredAndNotObeyedTwice() {
        var orders = new TestingOrders();
        run("data", TOPIC.consumer(1, 0), orders, stage -> {
            if (orders.answers.isEmpty()) {
                orders.give(order(first("data"), 'a', "since-champion"));
            } else {
                stage.stop();
            }
        });
        int lines = rewinds("data").size();
        var again = new TestingOrders();
        again.give(order(first("data"), 'a', "since-champion"));
        run("data", TOPIC.consumer(2, 0), again, TrainerStage::stop);
        assertThat(rewinds("data")).hasSize(lines);
        assertThat(again.answers.get(0).abandonedSteps())
                .isEqualTo(orders.answers.get(0).abandonedSteps());
        assertThat(again.answers.get(0).records())
                .isEqualTo(orders.answers.get(0).records());
    }

    @Test
    void orders_thatCannotBeObeyed_areRefusedAndTrainingGoesOn() {
        TrainingReport straight = run("straight", TOPIC.consumer(1, 0), new TestingOrders(), TrainerStage::stop);
        var orders = new TestingOrders();
        TrainingReport report = run("data", TOPIC.consumer(2, 0), orders, stage -> {
            if (orders.answers.isEmpty()) {
                Snapshot champion = first("data");
                orders.give(new RewindOrder(
                        "b".repeat(64),
                        1,
                        request("since-champion"),
                        "0000000009-nowhere",
                        "c".repeat(64),
                        Instant.EPOCH));
                orders.give(new RewindOrder(
                        "d".repeat(64),
                        2,
                        request("since-champion"),
                        champion.manifest().id(),
                        "c".repeat(64),
                        Instant.EPOCH));
                orders.give(order(champion, 'e', "0:0-3"));
                orders.give(order(champion, 'f', "7:0-3"));
            } else {
                stage.stop();
            }
        });
        assertThat(orders.answers)
                .extracting(RewindAnswer::refusal)
                .satisfiesExactly(
                        why -> assertThat(why).contains("there is no snapshot 0000000009-nowhere"),
                        why -> assertThat(why).contains("has the content hash", "the order names cccc"),
                        why -> assertThat(why).contains("the range 0@0..3 begins before offset"),
                        why -> assertThat(why).contains("partition 7 of the range 7@0..3 does not exist"));
        assertThat(rewinds("data")).isEmpty();
        assertThat(last(report).manifest().files())
                .isEqualTo(last(straight).manifest().files());
    }

    private void assertSameAsWithout(OffsetRange removed, TrainingReport report) {
        TestingTopic rest = TOPIC.without(record -> removed.holds(record.partition(), record.offset()));
        TrainingReport straight = run("straight", rest.consumer(3, 0), new TestingOrders(), TrainerStage::stop);
        assertThat(last(report).manifest().files())
                .isEqualTo(last(straight).manifest().files());
        LedgerAudit.Summary summary = LedgerAudit.of(root.resolve("data")).summary();
        assertThat(summary.findings()).isEmpty();
    }

    private static Snapshot last(TrainingReport report) {
        return Objects.requireNonNull(report.lastSnapshot());
    }

    /** How many records of the range the abandoned branch was trained on. */
    private long trainedSince(OffsetRange range) {
        LedgerAudit audit = LedgerAudit.of(root.resolve("data"));
        return audit.lines().stream()
                .filter(line -> !audit.isLive(line) && line.entry() instanceof LedgerEntry.Stepped)
                .flatMap(line -> ((LedgerEntry.Stepped) line.entry()).runs().stream())
                .filter(run -> run.disposition().name().equals("TRAINED") && range.holds(0, run.first()))
                .mapToLong(run -> run.count())
                .sum();
    }

    private List<OffsetRange> skipped(String data) {
        return rewinds(data).get(0).skipped();
    }

    private List<LedgerEntry.Rewound> rewinds(String data) {
        return LedgerAudit.of(root.resolve(data)).lines().stream()
                .filter(line -> line.entry() instanceof LedgerEntry.Rewound)
                .map(line -> (LedgerEntry.Rewound) line.entry())
                .toList();
    }

    private Snapshot first(String data) {
        return new SnapshotStore(root.resolve(data), Clock.systemUTC())
                .list().stream()
                        .filter(snapshot -> snapshot.manifest().step() == SNAPSHOT_STEPS)
                        .findFirst()
                        .orElseThrow();
    }

    private static RewindRequest request(String quarantine) {
        return new RewindRequest("", Quarantine.parse(quarantine));
    }

    private static RewindOrder order(Snapshot champion, char id, String quarantine) {
        return new RewindOrder(
                String.valueOf(id).repeat(64),
                1,
                request(quarantine),
                champion.manifest().id(),
                Snapshot.weights(champion.manifest().files()).orElseThrow(),
                Instant.EPOCH);
    }

    private TrainingReport run(
            String data, TestingConsumer consumer, RewindOrders orders, Consumer<TrainerStage> whenRead) {
        TrainerConfig config = TestingConfig.of(student, root.resolve(data))
                .with(Map.of(
                        "snapshots", new TrainerConfig.Snapshots(SNAPSHOT_STEPS, Duration.ZERO, 50, Duration.ZERO)));
        var resources = new Closer();
        try {
            var stage = new TrainerStage(
                    config,
                    Topics.defaults(),
                    new KafkaConnections(
                            consumer,
                            (trainer, closer) -> TrainerFixture.producer(),
                            TrainerFixture.noLetters(),
                            (trainer, closer) -> TrainerFixture.producer(),
                            topic -> "first",
                            orders,
                            targets(),
                            "broker:9092"),
                    telemetry.trainer(),
                    Clock.systemUTC(),
                    resources);
            consumer.whenAllHasCome(() -> {
                Map<String, Long> lag = stage.progress().lag();
                if (!lag.isEmpty() && lag.values().stream().allMatch(records -> records == 0)) {
                    whenRead.accept(stage);
                }
            });
            return stage.run();
        } finally {
            resources.close();
        }
    }

    private static TargetsStretch targets() {
        return new TargetsStretch() {

            @Override
            public Map<Integer, Long> earliest(Collection<Integer> partitions) {
                return Map.of(0, 0L);
            }

            @Override
            public void read(List<OffsetRange> stretches, Consumer<ConsumerRecord<byte[], byte[]>> records) {
                TOPIC.records(0).stream()
                        .filter(record -> stretches.stream().anyMatch(range -> range.holds(0, record.offset())))
                        .forEach(records);
            }
        };
    }

    /** Orders without a broker, which is another module's. */
    private static final class TestingOrders implements RewindOrders {

        private final Queue<RewindOrder> given = new ArrayDeque<>();
        private final List<RewindAnswer> answers = new ArrayList<>();

        void give(RewindOrder order) {
            given.add(order);
        }

        @Override
        public void begin(String trainer, Duration patience) {}

        @Override
        public @Nullable RewindOrder next() {
            return given.poll();
        }

        @Override
        public void answer(RewindAnswer answer) {
            answers.add(answer);
        }

        @Override
        public void close() {}
    }
}

package io.stillstream.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.stillstream.contract.Topics;
import io.stillstream.contract.rewind.Quarantine;
import io.stillstream.contract.rewind.RewindAnswer;
import io.stillstream.contract.rewind.RewindOrder;
import io.stillstream.contract.rewind.RewindRequest;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.student.TinyStudent;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.loop.TestingTopic.TestingConsumer;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.offsets.OffsetRange;
import io.stillstream.trainer.report.TrainingReport;
import io.stillstream.trainer.rewind.Rewind;
import io.stillstream.trainer.rewind.RewindOrders;
import io.stillstream.trainer.rewind.TargetsStretch;
import io.stillstream.trainer.source.TargetsRecord;
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
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A trainer that is taken back while it runs ends as one that never saw what it passes over. */
final class RunningRewindTest {

    private static final String BAD = "bad";
    private static final TestingTopic TOPIC = TestingTopic.shared(1, 260, 7, BAD);
    private static final int SNAPSHOT_STEPS = 15;

    /** Where orders are given: later records count as coming after them. */
    private static final long END = 200;

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
    void order_sinceChampion_passesOverAllThatTheTopicHeldAtTheOrder() {
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
        assertThat(skipped).containsExactly(new OffsetRange(0, nextOffset("data"), END - 1));
        assertThat(orders.answers.get(0).records()).isEqualTo(trainedSince(skipped.get(0)));
        assertSameAsWithout(skipped.get(0), report);
        assertThat(last(report).manifest().step()).isGreaterThan(SNAPSHOT_STEPS);
    }

    /** What was unread at the order too, and what came later. */
    @Test
    void order_tenant_endsWithTheBytesOfARunThatNeverSawItsRecordsAfterTheChampion() {
        var orders = new TestingOrders();
        orders.giveOnce(() -> hasFirst("data"), () -> order(first("data"), 'a', "tenant=" + BAD));
        TrainingReport report = run("data", TOPIC.consumer(1, 0), orders, TrainerStage::stop);
        RewindAnswer answer = orders.answers.get(0);
        assertThat(answer.refusal()).isEmpty();
        long next = nextOffset("data");
        assertThat(answer.quarantined()).isEqualTo("tenant=bad from 0@" + next + " on");
        long unread = TOPIC.records(0).stream()
                .filter(record -> isBad(record) && record.offset() >= next)
                .count();
        assertThat(unread).isGreaterThan(40);
        // How far training had come by the order is a matter of time.
        assertThat(answer.records()).isLessThanOrEqualTo(unread);
        assertSameAsWithout(record -> isBad(record) && record.offset() >= next, report);
    }

    @Test
    void stop_whileGoingBack_reportsTheChampionAsTheSnapshot() {
        var orders = new TestingOrders();
        orders.giveOnce(() -> hasFirst("data"), () -> order(first("data"), 'a', "tenant=" + BAD));
        orders.stopsWhenAnswered = true;
        TrainingReport report = run("data", TOPIC.consumer(1, 0), orders, stage -> {});
        assertThat(last(report).manifest()).isEqualTo(first("data").manifest());
        assertThat(report.steps()).isGreaterThanOrEqualTo(SNAPSHOT_STEPS);
    }

    /** Killed anywhere around the order, from the first step to the last. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void order_withKillsBeforeWhileAndAfter_endsWithTheSameBytes(long seed) {
        var random = new Random(seed);
        var answers = new ArrayList<RewindAnswer>();
        TrainingReport report = null;
        for (int kills = 0; report == null; kills++) {
            var orders = new TestingOrders();
            orders.giveOnce(() -> hasFirst("data"), () -> order(first("data"), 'a', "tenant=" + BAD));
            TestingConsumer consumer = TOPIC.consumer(seed + kills, 0);
            try {
                report = run(
                        "data",
                        kills < 6 ? consumer.crashingAtPoll(5 + random.nextInt(60)) : consumer,
                        orders,
                        TrainerStage::stop);
            } catch (IllegalStateException e) {
                assertThat(e).hasMessageContaining("crashed at poll");
            }
            answers.addAll(orders.answers);
        }
        assertThat(rewinds("data")).hasSize(1);
        assertThat(answers)
                .isNotEmpty()
                .extracting(RewindAnswer::quarantined, RewindAnswer::records)
                .containsOnly(tuple(answers.get(0).quarantined(), answers.get(0).records()));
        long next = nextOffset("data");
        assertSameAsWithout(record -> isBad(record) && record.offset() >= next, report);
    }

    /** What has come until then stays passed over, also after a later rewind. */
    @Test
    void lift_tenant_isTrainedOnAgainFromTheEndsOfTheTopicOn() {
        var orders = new TestingOrders();
        orders.giveOnce(() -> hasFirst("data"), () -> order(first("data"), 'a', "tenant=" + BAD));
        run("data", TOPIC.consumer(1, 100), orders, TrainerStage::stop);
        var lifted = new Rewind(root.resolve("data"));
        long end = TOPIC.records(0).get(TOPIC.records(0).size() - 100).offset();
        assertThatThrownBy(() -> lifted.lift("good", targets(end)))
                .hasMessageContaining("the tenant 'good' is not in quarantine")
                .hasMessageContaining("expected one of bad");
        assertThat(lifted.lift(BAD, targets(end)).quarantined()).isEmpty();
        run("data", TOPIC.consumer(2, 50), new TestingOrders(), TrainerStage::stop);
        lifted.to(first("data").manifest().id(), List.of(), false);
        TrainingReport report = run("data", TOPIC.consumer(3, 0), new TestingOrders(), TrainerStage::stop);
        long next = nextOffset("data");
        assertSameAsWithout(record -> isBad(record) && record.offset() >= next && record.offset() < end, report);
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
                        Map.of(),
                        Instant.EPOCH));
                orders.give(new RewindOrder(
                        "d".repeat(64),
                        2,
                        request("since-champion"),
                        champion.manifest().id(),
                        "c".repeat(64),
                        Map.of(),
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
        assertSameAsWithout(record -> removed.holds(record.partition(), record.offset()), report);
    }

    private void assertSameAsWithout(Predicate<ConsumerRecord<byte[], byte[]>> removed, TrainingReport report) {
        TestingTopic rest = TOPIC.without(removed);
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
                .filter(run -> run.disposition() == Disposition.TRAINED)
                .mapToLong(run -> LongStream.rangeClosed(run.first(), run.last())
                        .filter(offset -> range.holds(0, offset))
                        .count())
                .sum();
    }

    private List<OffsetRange> skipped(String data) {
        return rewinds(data).get(0).passedOver().ranges();
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

    private boolean hasFirst(String data) {
        return new SnapshotStore(root.resolve(data), Clock.systemUTC())
                .list().stream().anyMatch(snapshot -> snapshot.manifest().step() == SNAPSHOT_STEPS);
    }

    private long nextOffset(String data) {
        return first(data).manifest().offsets().get("teacher-targets-0");
    }

    private static boolean isBad(ConsumerRecord<byte[], byte[]> record) {
        return TargetsRecord.tenant(record).filter(BAD::equals).isPresent();
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
                Map.of(0, END),
                Instant.EPOCH);
    }

    private TrainingReport run(
            String data, TestingConsumer consumer, TestingOrders orders, Consumer<TrainerStage> whenRead) {
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
                            targets(END),
                            "broker:9092"),
                    telemetry.trainer(),
                    Clock.systemUTC(),
                    resources);
            orders.stage = stage;
            consumer.whenAllHasCome(() -> {
                Map<String, Long> lag = stage.progress().lag();
                boolean read = !lag.isEmpty() && lag.values().stream().allMatch(records -> records == 0);
                // A snapshot is written beside the training: all may be read before it is there to go back to.
                if (read && hasFirst(data) && orders.isObeyed()) {
                    whenRead.accept(stage);
                }
            });
            return stage.run();
        } finally {
            resources.close();
        }
    }

    private static TargetsStretch targets(long end) {
        return new TargetsStretch() {

            @Override
            public Map<Integer, Long> earliest(Collection<Integer> partitions) {
                return Map.of(0, 0L);
            }

            @Override
            public Map<Integer, Long> latest() {
                return Map.of(0, end);
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
        private boolean stopsWhenAnswered;
        private int asked;
        private @Nullable TrainerStage stage;
        private BooleanSupplier due = () -> false;
        private Supplier<RewindOrder> order = () -> {
            throw new IllegalStateException();
        };

        void give(RewindOrder order) {
            given.add(order);
            asked++;
        }

        /** As soon as the condition holds. */
        void giveOnce(BooleanSupplier condition, Supplier<RewindOrder> made) {
            due = condition;
            order = made;
            asked++;
        }

        boolean isObeyed() {
            return answers.size() == asked;
        }

        @Override
        public void begin(String trainer, Duration patience) {}

        @Override
        public @Nullable RewindOrder next() {
            if (due.getAsBoolean()) {
                given.add(order.get());
                due = () -> false;
            }
            return given.poll();
        }

        @Override
        public void answer(RewindAnswer answer) {
            answers.add(answer);
            if (stopsWhenAnswered) {
                Objects.requireNonNull(stage).stop();
            }
        }

        @Override
        public void close() {}
    }
}

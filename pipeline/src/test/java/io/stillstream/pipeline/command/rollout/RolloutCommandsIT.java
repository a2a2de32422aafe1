package io.stillstream.pipeline.command.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.SnapshotManifest.FileDigest;
import io.stillstream.contract.SnapshotManifest.Writer;
import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rewind.Quarantine;
import io.stillstream.contract.rewind.RewindOrder;
import io.stillstream.contract.rewind.RewindRequest;
import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.RolloutKeys;
import io.stillstream.contract.rollout.RolloutPhase;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.rollout.codec.RolloutInputCodec;
import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.command.CommandRunner;
import io.stillstream.pipeline.command.snapshot.GateCommand;
import io.stillstream.pipeline.production.PublishedSnapshots;
import io.stillstream.rollout.FencedException;
import io.stillstream.rollout.OnNoTraffic;
import io.stillstream.rollout.RolloutConfig;
import io.stillstream.rollout.control.AutomaticStart;
import io.stillstream.rollout.control.InputSender;
import io.stillstream.rollout.control.RewindReader;
import io.stillstream.rollout.control.RolloutController;
import io.stillstream.rollout.control.RolloutReader;
import io.stillstream.rollout.control.RolloutView;
import io.stillstream.rollout.control.RolloutWatch;
import io.stillstream.rollout.delivery.DeliveryConfig;
import io.stillstream.rollout.judge.JudgeConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The verbs against a controller on a real broker. */
final class RolloutCommandsIT {

    private static final Topics TOPICS = Topics.defaults();
    private static final List<String> STEPS = List.of("shadow 0s", "5% 0s", "100% 0s");
    private static final String A = "0000000001-aaaa";
    private static final String B = "0000000002-bbbb";
    private static final String C = "0000000003-cccc";

    @TempDir
    private Path directory;

    private EmbeddedBroker broker;
    private Map<String, Object> kafka;
    private final List<RolloutController> controllers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final List<Throwable> ended = new CopyOnWriteArrayList<>();
    private String printed = "";

    @BeforeEach
    void start() throws Exception {
        broker = EmbeddedBroker.start(directory.resolve("broker"));
        kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
        new TopicCreator(kafka, Duration.ofSeconds(30)).create(TOPICS, 1, 2);
        publish(A);
        publish(B);
        publish(C);
    }

    @AfterEach
    void stop() throws Exception {
        controllers.forEach(RolloutController::stop);
        for (Thread thread : threads) {
            thread.join();
        }
        broker.close();
    }

    @Test
    void verbs_fromStartToRollback_doWhatTheySay() throws Exception {
        assertThat(run("status")).isZero();
        assertThat(printed).contains("none has ever run; start one with 'stillstream rollout controller'");
        assertThat(run("start", "--candidate", A)).isEqualTo(1);
        assertThat(printed).contains("no controller of student-rollout runs, and nothing was commanded");

        control(false, 0);
        assertThat(run("start", "--candidate", "0000000001", "--actor", "ann", "--reason", "first"))
                .isZero();
        assertThat(printed).contains("progressing, no champion, candidate " + A + " in shadow (decision 1)");
        assertThat(run("start", "--candidate", B)).isEqualTo(1);
        assertThat(printed).contains("start was refused: the candidate " + A + " is on its way");
        assertThat(run("promote")).isZero();
        assertThat(printed).contains("candidate " + A + " at 5 %");
        assertThat(run("pause")).isZero();
        assertThat(run("status")).isZero();
        assertThat(printed)
                .contains("Phase            paused", "2 of 3, 5.00 % of conversations", "Controller       runs");
        assertThat(run("resume")).isZero();
        assertThat(run("promote", "--full")).isZero();
        assertThat(printed).contains("healthy, champion " + A);
        assertThat(run("start", "--candidate", B)).isZero();
        assertThat(run("abort")).isZero();
        assertThat(run("start", "--candidate", B)).isZero();
        assertThat(run("rollback", "--reason", "worse")).isZero();
        assertThat(run("start", "--candidate", B)).isEqualTo(1);
        assertThat(printed).contains("were rejected");

        assertThat(run("history")).isZero();
        assertThat(printed).contains("ann", "first", "worse", "refused: the candidate");
        assertThat(run("history", "--verify")).isZero();
        assertThat(printed).contains("11 decisions are as they were written; head ");
        assertThat(run("history", "--verify", "--head", "0".repeat(64))).isEqualTo(1);
        assertThat(run("start", "--candidate", "9")).isEqualTo(1);
        assertThat(printed)
                .contains(
                        "no snapshot '9' was published on student-snapshots; the last of the 3 that it holds are ",
                        A,
                        B);
        assertThat(run("history", "--head", "0".repeat(64))).isEqualTo(1);
        assertThat(printed).contains("no decision has the hash 000");
    }

    @Test
    void history_editedDecision_isFound() throws Exception {
        control(false, 0);
        assertThat(run("start", "--candidate", A)).isZero();
        assertThat(run("abort")).isZero();
        byte[] first = view().decisions().get(0);
        first[first.length / 2] ^= 1;
        send(TOPICS.studentRollout(), RolloutKeys.decision(1), first);
        assertThat(run("history", "--verify")).isEqualTo(1);
        assertThat(printed).contains("decision 1: ");
    }

    /** The decision would have repeated its reason, and no broker would have taken that. */
    @Test
    void input_thatIsTooLong_isPassedOver_andTheNextIsObeyed() throws Exception {
        control(false, 0);
        byte[] input = RolloutInputCodec.encode(
                new RolloutInput.Command("c", RolloutVerb.PAUSE, "ann", "wordy", null, false, null, 0, Instant.EPOCH));
        send(
                TOPICS.rolloutInputs(),
                "",
                new String(input, StandardCharsets.UTF_8)
                        .replace("wordy", "w".repeat(RolloutInputCodec.MAX_BYTES))
                        .getBytes(StandardCharsets.UTF_8));
        assertThat(run("start", "--candidate", A)).isZero();
        assertThat(view().decisions()).hasSize(1);
    }

    @Test
    void bisect_withoutTheTrainersConfiguration_asksForIt() {
        assertThat(run("bisect", "--from", A, "--to", B)).isEqualTo(1);
        assertThat(printed).contains("trainer.student is not set", "--config FILE");
    }

    @Test
    void bisect_toASnapshotThatWasRemoved_asksForTheCheckpointAlone() {
        String data = directory.resolve("data").toString();
        String student = "trainer.student=" + directory;
        assertThat(run("bisect", "--from", A, "--to", B, "--data", data, "--set", student))
                .isEqualTo(1);
        assertThat(printed).contains("'" + A + "' is no checkpoint in");
        assertThat(run("bisect", "--from", A, "--to", "9", "--data", data, "--set", student))
                .isEqualTo(1);
        assertThat(printed).contains("no snapshot '9' was published on student-snapshots");
    }

    @Test
    void gate_unknownSnapshot_namesTheDirectory_asJsonToo() {
        Path data = directory.resolve("data");
        String expected = "'9' is no snapshot in " + data.resolve("trainer").resolve("snapshots");

        assertThat(run(new GateCommand(), "--candidate", "9", "--data", data.toString()))
                .isEqualTo(1);
        assertThat(printed).contains(expected);
        assertThat(run(new GateCommand(), "--candidate", "9", "--data", data.toString(), "--json"))
                .isEqualTo(1);
        assertThat(printed.lines().filter(line -> line.startsWith("{")))
                .singleElement()
                .satisfies(line -> assertThat(line).startsWith("{\"verdict\":\"error\",\"error\":\"" + expected));
    }

    @Test
    void automatic_observedTraffic_takesTheCandidateThrough_andAnAlarmTakesItBack() throws Exception {
        control(true, 10);
        assertThat(run("start", "--candidate", A)).isZero();
        awaitView(
                "the candidate has no conversations yet",
                view -> view.state().buckets() == 0 && view.state().candidate() != null);
        observe(A, 4, "");
        observe(A, 6, "");
        awaitView("the candidate has 5 % of conversations", view -> view.state().buckets() == 500);
        observe(A, 10, "");
        awaitView("the candidate has all conversations", view -> view.state().buckets() == 10_000);
        observe(A, 10, "");
        RolloutView promoted =
                awaitView("there is a champion", view -> view.state().champion() != null);
        assertThat(promoted.state().candidate()).isNull();

        assertThat(run("start", "--candidate", B)).isZero();
        observe(A, 1, "of the past");
        observe(B, 1, "three failures in a row");
        RolloutView degraded = awaitView(
                "the candidate is rejected", view -> view.state().rejected().size() == 1);
        assertThat(run("history")).isZero();
        assertThat(printed).contains("degrade", "three failures in a row").doesNotContain("of the past");
        assertThat(degraded.state().champion()).isEqualTo(promoted.state().champion());
    }

    @Test
    void gate_judgesTheCandidate_whichGoesOnOrGoes() throws Exception {
        control(List.of("gate", "100% 0s"), true, 0);
        assertThat(run("start", "--candidate", A)).isZero();
        assertThat(printed).contains("candidate " + A + " at the gate");
        assertThat(run("status")).isZero();
        assertThat(printed).contains("1 of 2, gate", "when the gate lets it pass, or somebody promotes it");
        judge(B, false);
        judge(A, true);
        awaitView("there is a champion", view -> view.state().champion() != null);

        assertThat(run("start", "--candidate", B)).isZero();
        judge(B, false);
        RolloutView degraded = awaitView(
                "the candidate is rejected", view -> view.state().rejected().size() == 1);
        assertThat(degraded.state().phase()).isEqualTo(RolloutPhase.DEGRADED);
        assertThat(run("history")).isZero();
        assertThat(printed).contains("gate", "worse by more than the margin");
        assertThat(run("start", "--candidate", B)).isEqualTo(1);
        assertThat(printed).contains("were rejected");
    }

    @Test
    void automaticStart_newestSnapshot_onceAndNeverARejectedOne() throws Exception {
        var published = new CopyOnWriteArrayList<SnapshotReference>(List.of(reference(A)));
        var abandoned = new CopyOnWriteArrayList<String>();
        control(List.of("gate", "100% 0s"), true, 0);
        try (InputSender sender = new InputSender(kafka, TOPICS.rolloutInputs());
                RolloutWatch unused = RolloutWatch.start(
                        kafka,
                        TOPICS,
                        List.of(new AutomaticStart(
                                () -> new AutomaticStart.Published(published, Set.copyOf(abandoned)),
                                sender::send,
                                Clock.systemUTC())))) {
            awaitView("the candidate is at the gate", view -> view.state().atGate());
            judge(A, true);
            awaitView("there is a champion", view -> view.state().champion() != null);
            published.add(reference(B));
            awaitView("the candidate is at the gate", view -> view.state().atGate());
            judge(B, false);
            awaitView(
                    "the candidate is rejected", view -> view.state().rejected().size() == 1);
            published.add(reference(C));
            awaitView("the candidate is at the gate", view -> view.state().atGate());
            published.remove(2);
            abandoned.add(C);
            RolloutView degraded = awaitView(
                    "the candidate is taken back", view -> view.state().candidate() == null);
            assertThat(run("history")).isZero();
            assertThat(printed).contains("the training that made it was taken back");
            assertThat(run("abort")).as("nothing else is on its way").isEqualTo(1);
            assertThat(view().state().revision()).isEqualTo(degraded.state().revision());
        }
    }

    @Test
    void repair_recordsThatCannotBeRead_continuesFromTheDecisions() throws Exception {
        control(false, 0);
        assertThat(run("start", "--candidate", A)).isZero();
        assertThat(run("promote", "--full")).isZero();
        assertThat(run("start", "--candidate", B)).isZero();
        assertThat(run("rollback")).isZero();
        assertThat(run("start", "--candidate", C)).isZero();
        controllers.get(0).stop();
        threads.get(0).join();
        byte[] garbage = {'{', 1};
        for (String key : List.of("state", "controller", "delivery/4/webhook")) {
            send(TOPICS.studentRollout(), key, garbage);
        }
        send(TOPICS.studentSnapshots(), "old", "{\"version\":3}".getBytes(StandardCharsets.UTF_8));
        try (RolloutReader reader = new RolloutReader(kafka, TOPICS.studentRollout())) {
            assertThat(reader.readDecisions()).hasSize(5);
        }
        RolloutWatch watch = RolloutWatch.start(kafka, TOPICS, List.of(view -> {}));
        patiently("the watch names a key").until(watch::failure, failure -> failure.contains("key '"));
        assertThat(run("status")).isEqualTo(1);
        assertThat(printed)
                .contains("student-rollout-0, offset ", "key 'state'", "'stillstream rollout repair' rebuilds it");

        assertThat(run("repair")).isZero();
        assertThat(printed)
                .contains(
                        "rebuilt 'state' from 5 decisions",
                        "removed 'controller'",
                        "removed 'delivery/4/webhook'",
                        "aborted the candidate " + C);
        patiently("the watch reads again").until(watch::failure, String::isEmpty);
        watch.close();
        assertThat(run("history", "--verify")).isZero();
        assertThat(printed).contains("6 decisions are as they were written");
        assertThat(run("repair")).isZero();
        assertThat(printed).contains("nothing was changed");
        control(false, 0);
        assertThat(run("start", "--candidate", B)).isEqualTo(1);
        assertThat(printed).contains("were rejected");
        assertThat(run("start", "--candidate", C)).isZero();
        assertThat(run("promote", "--full")).isZero();
        assertThat(printed).contains("healthy, champion " + C);
    }

    @Test
    void rewind_sinceChampion_orderNamesWhatIsOnTheTopicWhenItIsDecided() throws Exception {
        control(false, 0);
        try (InputSender sender = new InputSender(kafka, TOPICS.rolloutInputs());
                RewindReader reader = new RewindReader(kafka, TOPICS.trainingControl())) {
            sender.send(rewind("too-soon"));
            awaitView("one decision", view -> view.decisions().size() == 1);
            assertThat(reader.read()).as("there is no champion to go back to").isEmpty();

            assertThat(run("start", "--candidate", A)).isZero();
            assertThat(run("promote", "--full")).isZero();
            targets(0, 3);
            targets(1, 1);
            sender.send(rewind("first"));
            awaitView("four decisions", view -> view.decisions().size() == 4);
            targets(0, 2);
            sender.send(rewind("second"));
            awaitView("five decisions", view -> view.decisions().size() == 5);
            targets(1, 4);

            List<RewindOrder> orders =
                    reader.read().stream().map(RewindReader.Rewinding::order).toList();
            assertThat(orders)
                    .extracting(RewindOrder::ends)
                    .containsExactly(Map.of(0, 3L, 1, 1L), Map.of(0, 5L, 1, 1L));
            assertThat(orders).extracting(RewindOrder::snapshot).containsOnly(A);
            assertThat(orders)
                    .extracting(RewindOrder::contentHash)
                    .containsOnly(reference(A).contentHash());
            assertThat(orders).extracting(RewindOrder::decision).containsExactly(4L, 5L);
            assertThat(run("history", "--verify")).isZero();
        }
    }

    private RolloutInput rewind(String id) {
        return new RolloutInput.Command(
                id,
                RolloutVerb.REWIND,
                "ann",
                "",
                null,
                false,
                new RewindRequest("", new Quarantine.SinceChampion()),
                view().state().revision(),
                Instant.now());
    }

    private void targets(int partition, int records) throws Exception {
        try (var producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < records; i++) {
                var unused = producer.send(
                                new ProducerRecord<>(TOPICS.teacherTargets(), partition, null, new byte[] {1}))
                        .get();
            }
        }
    }

    @Test
    void controller_another_takesOverWhereTheFirstWas() throws Exception {
        control(false, 0);
        assertThat(run("start", "--candidate", A)).isZero();
        control(false, 0);
        threads.get(0).join();
        assertThat(run("promote")).isZero();
        assertThat(printed).contains("decision 2");
        assertThat(run("history", "--verify")).isZero();
    }

    @Test
    void run_anotherTookOverWhileTheBrokersFailedIt_stopsInsteadOfTakingBack() throws Exception {
        var fails = new CountDownLatch(1);
        var goesOn = new CountDownLatch(1);
        control(STEPS, false, 0, new FailingClock(fails, goesOn));
        RolloutController first = controllers.get(0);
        fails.countDown();

        control(false, 0);
        goesOn.countDown();
        patiently("the first controller ends").until(() -> !threads.get(0).isAlive());

        assertThat(first.controls()).isFalse();
        assertThat(ended.get(0)).isInstanceOf(FencedException.class).hasMessageContaining("One is enough");
        assertThat(run("start", "--candidate", A)).isZero();
        assertThat(controllers.get(1).controls()).isTrue();
    }

    /** Once a latch is open, stands still until another is, and then fails once as a client does whose brokers went. */
    private static final class FailingClock extends Clock {

        private final CountDownLatch fails;
        private final CountDownLatch goesOn;
        private boolean failed;

        FailingClock(CountDownLatch fails, CountDownLatch goesOn) {
            this.fails = fails;
            this.goesOn = goesOn;
        }

        @Override
        public Instant instant() {
            if (!failed && fails.getCount() == 0) {
                failed = true;
                try {
                    goesOn.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                throw new KafkaException("the transaction is in no valid state");
            }
            return Instant.now();
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }

    private void control(boolean automatic, long requests) {
        control(STEPS, automatic, requests);
    }

    private void control(List<String> steps, boolean automatic, long requests) {
        control(steps, automatic, requests, Clock.systemUTC());
    }

    private void control(List<String> steps, boolean automatic, long requests, Clock clock) {
        var config = new RolloutConfig(
                automatic,
                steps,
                OnNoTraffic.HOLD,
                requests,
                Duration.ofMillis(200),
                Duration.ofMillis(200),
                JudgeConfig.defaults(),
                DeliveryConfig.none());
        var controller = new RolloutController(kafka, TOPICS, config, directory, List.of(), clock);
        String before = view().heartbeat() == null ? "" : String.valueOf(view().heartbeat());
        Thread thread = new Thread(controller::run, "controller-" + threads.size());
        // A controller that another one replaced ends with an error, which is what the test is about.
        thread.setUncaughtExceptionHandler((stopped, error) -> ended.add(error));
        thread.start();
        controllers.add(controller);
        threads.add(thread);
        String id = before;
        awaitView(
                "the new controller's heartbeat",
                view -> view.heartbeat() != null && !sameController(String.valueOf(view.heartbeat()), id));
    }

    private static boolean sameController(String heartbeat, String other) {
        return heartbeat.split(",", 2)[0].equals(other.split(",", 2)[0]);
    }

    private RolloutView awaitView(String what, Predicate<RolloutView> condition) {
        return patiently(what).until(this::view, condition);
    }

    private static ConditionFactory patiently(String what) {
        return await(what).atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20));
    }

    private RolloutView view() {
        try (RolloutReader reader = new RolloutReader(kafka, TOPICS.studentRollout())) {
            return reader.read();
        }
    }

    private void observe(String candidate, long requests, String alarm) {
        try (InputSender sender = new InputSender(kafka, TOPICS.rolloutInputs())) {
            sender.send(new RolloutInput.Observation(
                    "o", candidate, requests, alarm, Map.of("requests", Long.toString(requests)), Instant.now()));
        }
    }

    private void judge(String candidate, boolean passed) {
        try (InputSender sender = new InputSender(kafka, TOPICS.rolloutInputs())) {
            sender.send(new RolloutInput.Judgement(
                    "j",
                    candidate,
                    passed,
                    passed ? "worse by less than the margin" : "worse by more than the margin",
                    Map.of(),
                    Instant.now()));
        }
    }

    private SnapshotReference reference(String id) {
        return PublishedSnapshots.read(kafka, TOPICS.studentSnapshots()).find(id);
    }

    private int run(String... arguments) {
        return run(new RolloutCommand(), arguments);
    }

    private int run(Object root, String... arguments) {
        CommandLine command = CommandRunner.commandLine(root, () -> false);
        StringWriter out = new StringWriter();
        command.setOut(new PrintWriter(out));
        command.setErr(new PrintWriter(out));
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--bootstrap-servers");
        all.add(broker.bootstrapServers());
        int exit = command.execute(all.toArray(String[]::new));
        printed = out.toString();
        return exit;
    }

    private void publish(String id) throws Exception {
        var manifest = new SnapshotManifest(
                id,
                1,
                Map.of("model.safetensors", new FileDigest(Digests.sha256(id), 4)),
                Map.of(),
                new TeacherIdentity("tiny", "", "", ""),
                "",
                "",
                Map.of(),
                Map.of(),
                Instant.EPOCH,
                Instant.EPOCH,
                new Writer(1, 0, ""));
        send(TOPICS.studentSnapshots(), id, SnapshotManifestCodec.encode(manifest));
    }

    private void send(String topic, String key, byte[] value) throws Exception {
        try (var producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
            var unused = producer.send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value))
                    .get();
        }
    }
}

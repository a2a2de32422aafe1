package io.stillstream.bench.fault.rollback;

import io.stillstream.bench.fault.FreePorts;
import io.stillstream.bench.fault.rollback.Conversations.Answer;
import io.stillstream.contract.Topics;
import io.stillstream.contract.rollout.Arm;
import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.Route;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.KafkaConfig;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.run.ProxyStage;
import io.stillstream.rollout.OnNoTraffic;
import io.stillstream.rollout.RolloutConfig;
import io.stillstream.rollout.control.RolloutController;
import io.stillstream.rollout.delivery.DeliveryConfig;
import io.stillstream.rollout.judge.JudgeConfig;
import io.stillstream.trainer.storage.DataDirectory;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Takes snapshots into production and back while conversations go through the proxy, with two servers of the student in processes of
 * their own. One becomes champion; of the next, every share is looked at, and an alarm takes it back at half; the third goes back
 * by hand; while the last has half, its server is killed.
 */
public final class Rollback {

    private static final List<String> SHARES = List.of("1% 0s", "5% 0s", "25% 0s", "50% 0s", "100% 0s");
    /** Until half of the conversations. */
    private static final int STEPS = 3;

    private static final Duration LOOK = Duration.ofMillis(200);
    /** For what a change finds under way, and for a proxy to see it. */
    private static final Duration SETTLES = Duration.ofSeconds(1);

    private final RollbackOptions options;
    private final PrintStream out;
    private final List<Window> windows = new ArrayList<>();

    public Rollback(RollbackOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    public RollbackReport run() throws IOException, InterruptedException {
        Path directory = Files.createDirectories(options.directory());
        Path data = directory.resolve("data");
        StillstreamConfig usual = StillstreamConfig.defaults();
        Path trainer = data.resolve(usual.trainer().dataDirectory());
        var published = new PublishedStudents(options.student(), trainer);
        List<SnapshotReference> snapshots = new ArrayList<>();
        for (int step = 1; step <= 4; step++) {
            snapshots.add(published.publish(step));
        }
        List<Integer> ports = FreePorts.find(2);
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.PROXY);
        try (telemetry;
                EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"));
                ProductionApi production = new ProductionApi()) {
            String servers = broker.bootstrapServers();
            Map<String, Object> kafka = KafkaConfig.defaults().clientProperties(servers);
            new TopicCreator(kafka, KafkaConfig.defaults().connectTimeout()).create(Topics.defaults(), 1, 1);
            var controller = new RolloutController(
                    kafka,
                    Topics.defaults(),
                    rollout(),
                    DataDirectory.snapshots(trainer),
                    List.of(),
                    Clock.systemUTC());
            Thread thread = new Thread(controller::run, "controller");
            thread.start();
            try (StudentServer champion = new StudentServer(
                            client, "champion", ports.get(0), servers, data, directory.resolve("champion.log"));
                    StudentServer canary = new StudentServer(
                            client, "canary", ports.get(1), servers, data, directory.resolve("canary.log"));
                    ProxyStage proxy =
                            ProxyStage.start(proxy(directory, production, champion, canary), servers, telemetry);
                    Commander commander = new Commander(kafka)) {
                champion.await("");
                canary.await("");
                var load = new Conversations(client, proxy.address(), options.rate(), options.conversations(), 1);
                Thread calls = new Thread(load, "conversations");
                calls.start();
                return play(snapshots, champion, canary, commander, load);
            } finally {
                controller.stop();
                thread.join();
            }
        }
    }

    private RollbackReport play(
            List<SnapshotReference> snapshots,
            StudentServer champion,
            StudentServer canary,
            Commander commander,
            Conversations load)
            throws InterruptedException {
        commander.start(snapshots.get(0));
        canary.await(snapshots.get(0).id());
        commander.command(RolloutVerb.PROMOTE, true);
        champion.await(snapshots.get(0).id());
        hold("the champion alone", commander);

        shares(snapshots.get(1), canary, commander);
        long alarmed = System.nanoTime();
        commander.send(new RolloutInput.Observation(
                "alarm",
                snapshots.get(1).id(),
                0,
                "the engine is down",
                Map.of(),
                Clock.systemUTC().instant()));
        hold("after the alarm", commander);

        shares(snapshots.get(2), canary, commander);
        long commanded = System.nanoTime();
        commander.command(RolloutVerb.ROLLBACK, false);
        hold("after the command", commander);

        shares(snapshots.get(3), canary, commander);
        long killed = System.nanoTime();
        canary.kill();
        Thread.sleep(options.hold().toMillis());
        long aborted = System.nanoTime();
        commander.command(RolloutVerb.ABORT, false);
        hold("after the canary was killed", commander);
        load.stop();
        return report(snapshots, load.answers(), alarmed, commanded, killed, aborted);
    }

    private void shares(SnapshotReference candidate, StudentServer canary, Commander commander)
            throws InterruptedException {
        commander.start(candidate);
        canary.await(candidate.id());
        hold("1 %", commander);
        for (int step = 1; step <= STEPS; step++) {
            commander.command(RolloutVerb.PROMOTE, false);
            hold("the next share", commander);
        }
    }

    private void hold(String what, Commander commander) throws InterruptedException {
        Thread.sleep(SETTLES.toMillis());
        RolloutState state = commander.state();
        long from = System.nanoTime();
        Thread.sleep(options.hold().toMillis());
        windows.add(new Window(state, from, System.nanoTime()));
        out.println(what + ": " + state.point());
    }

    private RollbackReport report(
            List<SnapshotReference> snapshots,
            List<Answer> answers,
            long alarmed,
            long commanded,
            long killed,
            long aborted) {
        Map<String, Integer> byModel = new TreeMap<>();
        answers.stream().filter(Answer::ok).forEach(answer -> byModel.merge(answer.model(), 1, Integer::sum));
        List<Answer> failed = answers.stream().filter(answer -> !answer.ok()).toList();
        int cut = (int) failed.stream()
                .filter(answer -> answer.brokenOff() && answer.sent() < killed && answer.ended() >= killed)
                .count();
        Map<String, Integer> problems = new TreeMap<>();
        failed.forEach(answer -> problems.merge(answer.problem(), 1, Integer::sum));
        int steady = 0;
        int kept = 0;
        int strayed = 0;
        Map<String, Set<String>> held = new HashMap<>();
        int moved = 0;
        for (Window window : windows) {
            SnapshotReference candidate = window.state().candidate();
            Set<String> before = candidate == null ? Set.of() : held.getOrDefault(candidate.id(), Set.of());
            Set<String> now = new HashSet<>();
            for (Answer answer : answers.stream().filter(window::holds).toList()) {
                steady++;
                boolean its = candidate != null && answer.model().equals(candidate.id());
                boolean own = answer.model().equals(expected(window.state(), answer.conversation()));
                kept += own ? 1 : 0;
                strayed += its && !own ? 1 : 0;
                // Where the candidate does not answer, its conversations are the champion's for that call.
                boolean still = Route.choose(window.state(), answer.conversation()) == Arm.CANARY;
                moved += !still && before.contains(answer.conversation()) ? 1 : 0;
                if (its) {
                    now.add(answer.conversation());
                }
            }
            if (candidate != null) {
                held.computeIfAbsent(candidate.id(), id -> new HashSet<>()).addAll(now);
            }
        }
        return new RollbackReport(
                answers.size(),
                failed.size() - cut,
                cut,
                problems,
                byModel,
                steady,
                kept,
                steady - kept - strayed,
                strayed,
                moved,
                last(answers, snapshots.get(1).id(), alarmed),
                last(answers, snapshots.get(2).id(), commanded),
                (int) answers.stream()
                        .filter(answer -> answer.sent() > killed && answer.sent() < aborted)
                        .count());
    }

    private static String expected(RolloutState state, String conversation) {
        Arm arm = Route.choose(state, conversation);
        SnapshotReference snapshot = arm == Arm.CANARY ? state.candidate() : state.champion();
        return arm == Arm.PRODUCTION || snapshot == null ? ProductionApi.MODEL : snapshot.id();
    }

    /** How long after the moment a model still answered. */
    private static Duration last(List<Answer> answers, String model, long moment) {
        long last = answers.stream()
                .filter(answer -> answer.model().equals(model))
                .mapToLong(answer -> answer.ended() - moment)
                .max()
                .orElse(0);
        return Duration.ofNanos(Math.max(0, last));
    }

    private static RolloutConfig rollout() {
        return new RolloutConfig(
                false, SHARES, OnNoTraffic.HOLD, 0, LOOK, LOOK, JudgeConfig.defaults(), DeliveryConfig.none());
    }

    private static StillstreamConfig proxy(
            Path directory, ProductionApi production, StudentServer champion, StudentServer canary) {
        Map<String, String> settings = Map.of(
                "proxy.port", "0",
                "proxy.upstreams.production.url", production.url(),
                "proxy.upstreams.champion.url", champion.url(),
                "proxy.upstreams.canary.url", canary.url(),
                "proxy.rollout.champion", "champion",
                "proxy.rollout.canary", "canary",
                "data-directory", directory.resolve("proxy").toString());
        return new ConfigLoader(Map.of()).load(StillstreamConfig.defaults(), null, settings);
    }
}

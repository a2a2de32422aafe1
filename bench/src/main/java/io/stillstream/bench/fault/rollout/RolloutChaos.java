package io.stillstream.bench.fault.rollout;

import io.stillstream.bench.fault.StageProcess;
import io.stillstream.contract.Topics;
import io.stillstream.contract.rollout.ControllerHeartbeat;
import io.stillstream.contract.rollout.RolloutDecision;
import io.stillstream.contract.rollout.codec.RolloutDecisionCodec;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.config.KafkaConfig;
import io.stillstream.rollout.control.InputSender;
import io.stillstream.rollout.control.RolloutReader;
import io.stillstream.rollout.control.RolloutView;
import io.stillstream.rollout.state.RolloutHistory;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Kills the controller of a rollout, and compares what it decided with what one decides that nobody kills.
 *
 * <p>A script of commands and observations is played twice, by the same clock, each time on topics of its own; once the
 * controller's process is killed with SIGKILL at moments that a seed decides: most of them between an action and its decision,
 * some while it starts. State and decisions have to be the same bytes. At the end a second controller is started beside
 * the first, which has to end.
 */
public final class RolloutChaos {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int LATEST_KILL_MILLIS = 250;
    private static final int STARTING_MILLIS = 2_000;
    /** One kill in so many comes while the controller starts. */
    private static final int EARLY_EVERY = 5;

    private static final long LOOK_MILLIS = 5;

    private final RolloutChaosOptions options;
    private final Interruption interruption;
    private final PrintStream out;
    private final Random random;
    private int kills;
    private int killsAtWork;
    private int failures;

    public RolloutChaos(RolloutChaosOptions options, Interruption interruption, PrintStream out) {
        this.options = options;
        this.interruption = interruption;
        this.out = out;
        this.random = new Random(options.seed());
    }

    public RolloutChaosReport run() throws IOException, InterruptedException {
        long started = System.nanoTime();
        Path directory = Files.createDirectories(options.directory());
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"))) {
            RolloutView expected = play(broker.bootstrapServers(), "-expected", 0);
            out.println("the run without kills made " + expected.decisions().size() + " decisions");
            RolloutView found = play(broker.bootstrapServers(), "-killed", options.kills());
            boolean fenced = fences(broker.bootstrapServers(), "-killed");
            return report(expected, found, fenced, Duration.ofNanos(System.nanoTime() - started));
        }
    }

    private RolloutView play(String servers, String end, int most) throws IOException, InterruptedException {
        Path directory = Files.createDirectories(options.directory().resolve("run" + end));
        var snapshots = new TestingSnapshots(directory.resolve("snapshots"), 1_000);
        Topics topics = ControllerProcess.topics(end);
        KafkaConfig kafka = KafkaConfig.defaults();
        Map<String, Object> client = kafka.clientProperties(servers);
        new TopicCreator(client, kafka.connectTimeout()).create(topics, 1, 1);
        List<RolloutScript.Action> script = RolloutScript.of(options.rounds(), snapshots);
        var clock = new FileClock(directory.resolve("clock"));
        clock.set(script.get(0).now());
        try (StageProcess controller = ControllerProcess.process(servers, end, directory);
                var reader = new RolloutReader(client, topics.studentRollout());
                var sender = new InputSender(client, topics.rolloutInputs())) {
            controller.start();
            for (RolloutScript.Action action : script) {
                RolloutView before = reader.read();
                clock.set(action.now());
                sender.send(
                        action.input(before.state().revision(), before.state().candidate()));
                int wanted = before.decisions().size() + 1;
                int left = script.size() - action.number() + 1;
                // As many as are left, over the actions that are left.
                while (most > 0 && !interruption.requested() && random.nextInt(left) < most - kills) {
                    kill(controller, reader, wanted);
                    if (kills % EARLY_EVERY != 0) {
                        break;
                    }
                }
                await(wanted, controller, reader);
            }
            return awaitDelivered(controller, reader);
        }
    }

    private void kill(StageProcess controller, RolloutReader reader, int wanted) throws InterruptedException {
        boolean early = kills % EARLY_EVERY == EARLY_EVERY - 1;
        Thread.sleep(random.nextInt(early ? STARTING_MILLIS : LATEST_KILL_MILLIS));
        controller.kill();
        kills++;
        killsAtWork += reader.read().decisions().size() < wanted ? 1 : 0;
        controller.start();
        if (kills % 10 == 0) {
            out.println(kills + " kills");
        }
    }

    /** Waits for so many decisions, and starts a controller that ended by itself again, as a supervisor would. */
    private void await(int wanted, StageProcess controller, RolloutReader reader) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (reader.read().decisions().size() < wanted) {
            if (controller.failed()) {
                failures++;
                controller.start();
            }
            if (System.nanoTime() > deadline) {
                throw new PipelineException("decision " + wanted + " was not made within " + PATIENCE.toSeconds()
                        + " s; the controller's log says why");
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private RolloutView awaitDelivered(StageProcess controller, RolloutReader reader) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        RolloutView view = reader.read();
        while (!view.pending().isEmpty() && System.nanoTime() < deadline) {
            await(view.decisions().size(), controller, reader);
            Thread.sleep(LOOK_MILLIS);
            view = reader.read();
        }
        return view;
    }

    /** Whether the first of two controllers ends by itself, and the second goes on. */
    private boolean fences(String servers, String end) throws InterruptedException {
        Path directory = options.directory().resolve("run" + end);
        var clock = new FileClock(directory.resolve("clock"));
        String topic = ControllerProcess.topics(end).studentRollout();
        try (StageProcess first = ControllerProcess.process(servers, end, directory);
                StageProcess second = ControllerProcess.process(servers, end, directory);
                var reader = new RolloutReader(KafkaConfig.defaults().clientProperties(servers), topic)) {
            String before = heartbeat(reader, "");
            first.start();
            before = heartbeat(reader, before);
            second.start();
            String last = heartbeat(reader, before);
            // The time is the file's: now a heartbeat of both is due.
            clock.set(clock.instant().plus(RolloutScript.HOLD));
            return first.await(PATIENCE) && first.failed() && second.isAlive() && last.equals(heartbeat(reader, ""));
        }
    }

    /** Whose the last heartbeat is, once it is another one's. */
    private static String heartbeat(RolloutReader reader, String before) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            ControllerHeartbeat found = reader.read().heartbeat();
            if (found != null && !found.controller().equals(before)) {
                return found.controller();
            }
            Thread.sleep(LOOK_MILLIS);
        }
        throw new PipelineException("no controller gave a sign of life within " + PATIENCE.toSeconds() + " s");
    }

    private RolloutChaosReport report(RolloutView expected, RolloutView found, boolean fenced, Duration elapsed)
            throws IOException {
        List<RolloutDecision> decisions =
                found.decisions().stream().map(RolloutDecisionCodec::decode).toList();
        List<String> promoted = decisions.stream()
                .filter(decision ->
                        decision.to().champion().equals(decision.from().candidate())
                                && !decision.from().candidate().isEmpty())
                .map(decision -> decision.to().champion())
                .toList();
        long twice =
                promoted.stream()
                        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()))
                        .values()
                        .stream()
                        .filter(times -> times > 1)
                        .count();
        Set<String> wanted = new TreeSet<>();
        decisions.stream()
                .filter(decision -> !decision.isRefused())
                .forEach(decision -> wanted.add("rollout-" + decision.number() + "-command"));
        List<String> told =
                Files.readAllLines(ControllerProcess.told(options.directory().resolve("run-killed")));
        Set<String> untold = new TreeSet<>(wanted);
        untold.removeAll(Set.copyOf(told));
        return new RolloutChaosReport(
                kills,
                killsAtWork,
                failures,
                RolloutScript.of(
                                options.rounds(),
                                new TestingSnapshots(options.directory().resolve("run-killed/snapshots"), 1_000))
                        .size(),
                decisions.size(),
                decisions.stream().filter(RolloutDecision::isRefused).count(),
                promoted.size(),
                twice,
                same(expected, found),
                RolloutHistory.verify(found.decisions(), found.state()),
                wanted.size(),
                untold.size(),
                told.size() - Set.copyOf(told).size(),
                fenced,
                elapsed);
    }

    private static boolean same(RolloutView expected, RolloutView found) {
        if (!expected.state().equals(found.state())
                || expected.decisions().size() != found.decisions().size()) {
            return false;
        }
        for (int i = 0; i < found.decisions().size(); i++) {
            if (!Arrays.equals(expected.decisions().get(i), found.decisions().get(i))) {
                return false;
            }
        }
        return true;
    }
}

package io.stillstream.bench.fault.rollout;

import io.stillstream.bench.fault.StageProcess;
import io.stillstream.contract.Topics;
import io.stillstream.rollout.OnNoTraffic;
import io.stillstream.rollout.RolloutConfig;
import io.stillstream.rollout.control.RolloutController;
import io.stillstream.rollout.delivery.DeliveryConfig;
import io.stillstream.rollout.judge.JudgeConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A controller whose time is that of a file, in a process of its own, which tells a file of each transition. */
public final class ControllerProcess {

    /** The steps of every rollout; each lasts {@link RolloutScript#HOLD}. */
    private static final List<String> STEPS = List.of("shadow 10m", "1% 10m", "5% 10m", "50% 10m", "100% 10m");

    private ControllerProcess() {}

    /** @param arguments bootstrap servers, the end of the topics' names, and a directory */
    public static void main(String[] arguments) {
        Path directory = Path.of(arguments[2]);
        DeliveryConfig none = DeliveryConfig.none();
        List<String> hook = List.of(
                "sh",
                "-c",
                "cat >/dev/null; echo \"$STILLSTREAM_DELIVERY_ID\" >>\"$1\"",
                "hook",
                told(directory).toString());
        var delivery = new DeliveryConfig(
                hook,
                "",
                "",
                "",
                none.model(),
                none.keep(),
                none.keepFor(),
                none.timeout(),
                none.attempts(),
                none.backoff(),
                none.probe());
        var config = new RolloutConfig(
                true,
                STEPS,
                OnNoTraffic.HOLD,
                RolloutScript.REQUESTS,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                JudgeConfig.defaults(),
                delivery);
        new RolloutController(
                        Map.of("bootstrap.servers", arguments[0]),
                        topics(arguments[1]),
                        config,
                        directory.resolve("snapshots"),
                        List.of(),
                        new FileClock(directory.resolve("clock")))
                .run();
    }

    /** Where it writes the id of each delivery. */
    static Path told(Path directory) {
        return directory.resolve("told");
    }

    static Topics topics(String end) {
        Topics usual = Topics.defaults();
        return new Topics(
                usual.prompts(),
                usual.teacherTargets(),
                usual.deadLetters(),
                usual.studentSnapshots(),
                usual.producerPositions(),
                usual.studentRollout() + end,
                usual.rolloutInputs() + end,
                usual.trainingControl() + end,
                usual.servedOutcomes() + end);
    }

    static StageProcess process(String servers, String end, Path directory) {
        return new StageProcess(
                        List.of(ControllerProcess.class.getName(), servers, end, directory.toString()),
                        Map.of(),
                        directory.resolve("controller.log"))
                .with(List.of("-Xms64m", "-Xmx64m"), Map.of());
    }
}

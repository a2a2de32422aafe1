package io.stillstream.pipeline.command.rollout;

import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.broker.BrokerWatch;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.production.ControllerStage;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;

/** {@code stillstream rollout controller}. */
@Command(
        name = "controller",
        description = {
            "Carry the rollout out: obey commands, take a candidate from step to step, tell whom it concerns.",
            "Runs until Ctrl-C or SIGTERM. Another one that starts takes over, and this one ends with an error.",
            "Where --data names the trainer's directory, the gate is asked about a candidate that waits for it, and the alias of"
                    + " the champion is moved there."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ControllerCommand implements Callable<Integer> {

    private static final int METRICS_PORT = 9469;

    private static final Duration ANSWER_TO_A_SIGNAL = Duration.ofSeconds(2);

    @Mixin
    private RolloutOptions options = new RolloutOptions();

    @Override
    public Integer call() {
        StillstreamConfig config = options.config(METRICS_PORT);
        Map<String, Object> kafka = RolloutOptions.reach(config);
        try (Interruption interruption = new Interruption();
                Telemetry telemetry = Telemetry.start(config.monitoring(), Stage.ROLLOUT);
                BrokerWatch watch = BrokerWatch.start(kafka, config.kafka().unreachableAfter(), telemetry.health());
                ControllerStage controller = ControllerStage.open(config, kafka, telemetry)) {
            telemetry.health().ready(Stage.ROLLOUT.label(), controller::readiness);
            interruption.finishOnlyWhile(() -> !controller.waits() && watch.answers(ANSWER_TO_A_SIGNAL));
            interruption.onRequest(controller::stop);
            controller.run();
            return ExitCode.OK;
        }
    }
}

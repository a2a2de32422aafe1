package io.stillstream.pipeline.command.stage;

import io.stillstream.console.Console;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.command.CommonOptions;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.run.RunDisplay;
import io.stillstream.serving.http.ServingConfig;
import io.stillstream.serving.http.ServingStage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The student behind OpenAI's API. It needs Kafka only where it follows what brokers know. */
@Command(
        name = "serve",
        description = {
            "Serve the student behind OpenAI's API: a directory's, or a trainer's snapshots as they are published, without a"
                    + " gap between them.",
            "Runs until Ctrl-C or SIGTERM; open requests may end first (serving.drain-timeout)."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {"0:stopped on request", "1:an error", "2:wrong usage"})
public final class ServeCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

    private static final String METRICS_PORT = "9468";

    /** How often it looks whether somebody wants it to stop, where nobody wakes it. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    @Option(
            names = "--student",
            paramLabel = "DIR",
            description = "Serve the student in this directory, and no other (serving.student).")
    private @Nullable String student;

    @Option(
            names = "--follow",
            paramLabel = "WHICH",
            description =
                    "Which of the trainer's snapshots: candidate, the newest; champion, the one that was promoted;"
                            + " canary, the one that is on its way in the rollout; topic, the one that was published last"
                            + " (serving.follow).")
    private @Nullable String follow;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Where callers call; 0 picks a free one (serving.port).")
    private @Nullable String port;

    @Option(
            names = "--slots",
            paramLabel = "COUNT",
            description = "Requests that are decoded at once (serving.engine.slots).")
    private @Nullable String slots;

    @Option(
            names = "--answer-prompts",
            paramLabel = "SHARE",
            description =
                    "Also answer this share of the stream's prompts, 0 to 1, and write the answers to the topic of"
                            + " prompts: the teacher scores them, and the trainer learns from them by transport alone"
                            + " (serving.answer-prompts.share).")
    private @Nullable String answerPrompts;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description =
                    "The Kafka cluster, for --follow canary and topic and for --answer-prompts. Where it is known, what the rollout has rejected is"
                            + " never served (kafka.bootstrap-servers).")
    private @Nullable String bootstrapServers;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        try (Interruption interruption = Interruption.ofStages()) {
            return call(interruption);
        }
    }

    private int call(Interruption interruption) {
        Map<String, String> usualPort = Map.of("monitoring.port", METRICS_PORT);
        StillstreamConfig usual = new ConfigLoader(Map.of()).load(StillstreamConfig.defaults(), null, usualPort);
        StillstreamConfig config = common.load(usual, flags());
        ServingConfig serving = config.serving();
        if (student != null && follow != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--student serves one directory, and --follow " + follow
                            + " what a trainer publishes; expected one of the two");
        }
        if (serving.student() == null
                && serving.follow().needsKafka()
                && config.kafka().embedded()) {
            throw new PipelineException("what serving.follow "
                    + serving.follow().label() + " is, brokers know; name them with --bootstrap-servers HOST:PORT");
        }
        RunDisplay unused = StageProcess.loggingAsUsual(config, Set.of(Stage.SERVING));
        Path trainer = config.trainerDirectory();
        try (Telemetry telemetry = Telemetry.start(config.monitoring(), Stage.SERVING);
                Console console = Console.start(config.console(), telemetry, Stage.SERVING.label());
                ServingStage stage = ServingStage.start(
                        serving,
                        trainer,
                        config.topics(),
                        config.kafka().clientProperties(config.kafka().bootstrapServers()),
                        telemetry)) {
            // Without an action a signal would end the process at once, and cut off the requests of whoever reads the
            // address below.
            interruption.onRequest(() -> LOG.info("stopping; the open requests end first"));
            telemetry.health().live(Stage.SERVING.label(), stage::liveness);
            telemetry.health().ready(Stage.SERVING.label(), stage::readiness);
            System.out.println(
                    "serving " + stage.describe() + " at " + stage.address() + "/v1, the base URL for your clients");
            stage.waiting().ifPresent(why -> System.out.println("nothing is served yet: " + why));
            while (!interruption.requested()) {
                interruption.await(LOOK_AGAIN);
            }
            stage.drain();
            return 0;
        }
    }

    private Map<String, @Nullable String> flags() {
        Map<String, @Nullable String> flags = new HashMap<>();
        flags.put("serving.student", student);
        flags.put("serving.follow", follow);
        flags.put("serving.port", port);
        flags.put("serving.engine.slots", slots);
        flags.put("serving.answer-prompts.share", answerPrompts);
        flags.put("kafka.bootstrap-servers", bootstrapServers);
        return flags;
    }
}

package io.stillstream.pipeline.command.stage;

import io.stillstream.monitoring.Progress;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.command.CommonOptions;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.run.EventualTopics;
import io.stillstream.pipeline.run.ProxyStage;
import io.stillstream.pipeline.run.RunDisplay;
import io.stillstream.pipeline.run.RunPhase;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The proxy alone. Unlike the stages it does not wait for Kafka: callers are served whether or not it is there. */
@Command(
        name = "proxy",
        description = {
            "Stand between your clients and their models: pass every call on, and send a copy of what can be learned from"
                    + " to the prompts topic.",
            "Runs until Ctrl-C or SIGTERM; open calls may end first (proxy.drain-timeout)."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {"0:stopped on request", "1:an error", "2:wrong usage"})
public final class ProxyCommand implements Callable<Integer> {

    /** What {@code --upstream} sets. */
    static final String UPSTREAM_URL = "proxy.upstreams.main.url";

    private static final String METRICS_PORT = "9467";

    /** How often it looks whether somebody wants it to stop, where nobody wakes it. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    @Option(
            names = "--upstream",
            paramLabel = "URL",
            description =
                    "The API to stand in front of, as its clients have it for their base URL: https://api.openai.com/v1;"
                            + " several are in the configuration file (proxy.upstreams).")
    private @Nullable String upstream;

    @Option(names = "--port", paramLabel = "PORT", description = "Where clients call; 0 picks a free one (proxy.port).")
    private @Nullable String port;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description = "The Kafka cluster (kafka.bootstrap-servers).")
    private @Nullable String bootstrapServers;

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
        StageCommand.requireCluster(config);
        RunDisplay display = StageProcess.loggingAsUsual(config, Set.of(Stage.PROXY));
        try (Telemetry telemetry = Telemetry.start(config.monitoring(), Stage.PROXY);
                RunDisplay.Showing showing = display.start(telemetry::progress);
                EventualTopics topics = EventualTopics.start(config.kafka(), config.topics());
                ProxyStage proxy = ProxyStage.start(config, config.kafka().bootstrapServers(), telemetry)) {
            interruption.onRequest(() -> showing.phase(RunPhase.STOPPING));
            showing.proxy(proxy.address());
            showing.phase(RunPhase.RUNNING);
            while (!interruption.requested()) {
                interruption.await(LOOK_AGAIN);
            }
            proxy.drain();
            proxy.close();
            Progress progress = telemetry.progress();
            showing.close();
            System.out.printf(
                    Locale.ROOT,
                    "%,d calls passed through, %,d prompts captured%n",
                    progress.proxiedCalls(),
                    progress.sentPrompts());
            return 0;
        }
    }

    private Map<String, @Nullable String> flags() {
        Map<String, @Nullable String> flags = new HashMap<>();
        flags.put("proxy.port", port);
        flags.put(UPSTREAM_URL, upstream);
        flags.put("kafka.bootstrap-servers", bootstrapServers);
        return flags;
    }
}

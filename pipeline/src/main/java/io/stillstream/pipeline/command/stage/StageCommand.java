package io.stillstream.pipeline.command.stage;

import io.stillstream.console.Console;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.broker.BrokerWatch;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.command.CommonOptions;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.console.ConsoleSections;
import io.stillstream.pipeline.run.Cluster;
import io.stillstream.pipeline.run.RunDisplay;
import io.stillstream.pipeline.run.Stages;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One stage alone, against a cluster that others use too. */
abstract class StageCommand implements Callable<Integer> {

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description = "The Kafka cluster (kafka.bootstrap-servers).")
    private @Nullable String bootstrapServers;

    @Mixin
    private CommonOptions common = new CommonOptions();

    private final Stage stage;
    private final int metricsPort;

    /** @param metricsPort the default of monitoring.port, another for each stage so that they can share a host */
    StageCommand(Stage stage, int metricsPort) {
        this.stage = stage;
        this.metricsPort = metricsPort;
    }

    /** The stage's own flags, by dotted name; null values are flags not given. */
    abstract Map<String, @Nullable String> flags();

    /**
     * Refuses, before Kafka is waited for, what this machine has not got.
     *
     * @param config the stage's
     */
    void requireUsable(StillstreamConfig config) {}

    /**
     * Runs the stage until it ends or somebody interrupts it.
     *
     * @param showing told when models are loaded, and closed before anything else is printed
     * @return the exit code
     */
    abstract int run(Stages stages, Interruption interruption, RunDisplay.Showing showing);

    private StillstreamConfig defaults() {
        Map<String, String> port = Map.of("monitoring.port", Integer.toString(metricsPort));
        return new ConfigLoader(Map.of()).load(StillstreamConfig.defaults(), null, port);
    }

    @Override
    public final Integer call() {
        try (Interruption interruption = Interruption.ofStages()) {
            return call(interruption);
        }
    }

    /** @throws PipelineException where the configuration names no cluster */
    static void requireCluster(StillstreamConfig config) {
        if (config.kafka().embedded()) {
            throw new PipelineException("a stage alone needs a cluster; name one with --bootstrap-servers HOST:PORT,"
                    + " or run every stage in one process with 'stillstream run'");
        }
    }

    private int call(Interruption interruption) {
        Map<String, @Nullable String> flags = new HashMap<>(flags());
        flags.put("kafka.bootstrap-servers", bootstrapServers);
        StillstreamConfig config = common.load(defaults(), flags);
        requireCluster(config);
        RunDisplay display = StageProcess.loggingAsUsual(config, Set.of(stage));
        requireUsable(config);
        try (Telemetry telemetry = Telemetry.start(config.monitoring(), stage);
                Console console = Console.start(config.console(), telemetry, stage.label());
                RunDisplay.Showing showing = display.start(telemetry::progress);
                Cluster cluster = Cluster.open(config);
                BrokerWatch watch = cluster.watch(config.kafka(), telemetry.health(), interruption);
                ConsoleSections sections = ConsoleSections.show(console, config, cluster.bootstrapServers(), false)) {
            console.address().ifPresent(showing::console);
            showing.places(cluster.places(telemetry));
            Stages stages = new Stages(config, cluster.bootstrapServers(), telemetry);
            return interruption.endingWhereItCannotFinish(() -> run(stages, interruption, showing));
        }
    }
}

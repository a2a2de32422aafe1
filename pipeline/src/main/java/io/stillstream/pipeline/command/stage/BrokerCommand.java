package io.stillstream.pipeline.command.stage;

import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.command.DataOptions;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.run.Cluster;
import io.stillstream.pipeline.terminal.EscapedWriter;
import io.stillstream.pipeline.terminal.Screen;
import io.stillstream.pipeline.terminal.WrappedText;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The embedded broker alone, for stages in processes of their own. */
@Command(
        name = "broker",
        description =
                "Run the embedded Kafka broker alone, for stages on this machine. What it holds lasts: the next start on"
                        + " the same data directory has it again.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class BrokerCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(BrokerCommand.class);
    private static final int HIGHEST_PORT = 65_535;
    private static final String HANGING = " ".repeat(9);
    private static final Duration LOOK_AGAIN = Duration.ofHours(1);

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "9092",
            description = "The port that it listens on, of this machine alone; 0 picks a free one"
                    + " (default: ${DEFAULT-VALUE}).")
    private int port;

    @Mixin
    private DataOptions data = new DataOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        if (port < 0 || port > HIGHEST_PORT) {
            throw new PipelineException("--port is " + port + "; expected 0 to " + HIGHEST_PORT);
        }
        StillstreamConfig config = data.load(StillstreamConfig.defaults(), Map.of());
        try (Interruption interruption = Interruption.ofStages();
                Cluster cluster = Cluster.embedded(config, port)) {
            interruption.onRequest(() -> LOG.info("the broker stops"));
            PrintWriter out = EscapedWriter.output(spec.commandLine().getOut());
            line(out, "broker", cluster.bootstrapServers());
            line(out, "data", Cluster.brokerDirectory(config).toAbsolutePath().normalize());
            line(out, "topics", String.join(", ", config.topics().names()));
            out.println("Stages reach it with --bootstrap-servers " + cluster.bootstrapServers());
            out.println("Ctrl-C stops it; what it holds stays.");
            out.flush();
            while (!interruption.requested()) {
                interruption.await(LOOK_AGAIN);
            }
        }
        return 0;
    }

    private static void line(PrintWriter out, String label, Object value) {
        String text = String.format(Locale.ROOT, "%-8s %s", label, value);
        WrappedText.hanging(text, Screen.standard().columns() - 1, HANGING).forEach(out::println);
    }
}

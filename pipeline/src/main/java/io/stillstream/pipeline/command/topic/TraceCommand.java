package io.stillstream.pipeline.command.topic;

import io.stillstream.pipeline.command.DataOptions;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.run.Cluster;
import io.stillstream.pipeline.terminal.EscapedWriter;
import io.stillstream.pipeline.terminal.Screen;
import io.stillstream.pipeline.trace.TraceRun;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stillstream trace}. */
@Command(
        name = "trace",
        description = {
            "Tell what became of a prompt: captured, redacted, scored, trained on, in which snapshots, served.",
            "Reads the topics, and the ledger where --data names the trainer's data directory; writes nothing."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {"0:something is known of the id", "1:nothing is, or an error", "2:wrong usage"})
public final class TraceCommand implements Callable<Integer> {

    @Parameters(paramLabel = "ID", description = "Of a prompt, a conversation or an answer, as the topics have it.")
    private String id = "";

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = SinceTime.class,
            description = "Read records since then alone: 30m and 2h ago, or a time such as 2026-11-26T19:00:00Z.")
    private @Nullable Instant since;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Option(names = "--show-text", description = "Show what was asked and answered, too, as the topics have it.")
    private boolean texts;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description = "A Kafka cluster, or a running 'broker' (kafka.bootstrap-servers).")
    private @Nullable String bootstrapServers;

    @Mixin
    private DataOptions data = new DataOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        if (id.isBlank()) {
            throw new ParameterException(
                    spec.commandLine(), "the id is empty; expected that of a prompt, a conversation or an answer");
        }
        Map<String, @Nullable String> flags = new HashMap<>();
        flags.put("kafka.bootstrap-servers", bootstrapServers);
        StillstreamConfig config = data.load(StillstreamConfig.defaults(), flags);
        try (Cluster cluster = Cluster.kept(config)) {
            trace(config, config.kafka().clientProperties(cluster.bootstrapServers()));
        }
        return ExitCode.OK;
    }

    private void trace(StillstreamConfig config, Map<String, Object> kafka) {
        new TraceRun(kafka, config.topics(), config.trainerDirectory())
                .print(
                        id,
                        since,
                        json,
                        texts,
                        EscapedWriter.output(spec.commandLine().getOut()),
                        System.err,
                        Screen.standard().terminal());
    }
}

package io.stillstream.pipeline.command.stage;

import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.command.CommonOptions;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.run.Pipeline;
import io.stillstream.pipeline.terminal.Report;
import io.stillstream.pipeline.terminal.TerminalDisplay;
import io.stillstream.pipeline.terminal.TrafficSummary;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Every stage in one process, with the user's models and traffic. */
@Command(
        name = "run",
        description = {
            "Run every stage in one process, with your models and your traffic.",
            "Ends when the traffic has ended and all of it was trained on, after --for, or on Ctrl-C."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {
            "0:the run ended, or was ended",
            "1:an error, or a file of prompts that could not be read to its end",
            "2:wrong usage",
            "4:nothing was accepted: every line was rejected, or there was no line"
        })
public final class RunCommand implements Callable<Integer> {

    @Option(
            names = "--teacher",
            paramLabel = "DIR",
            description = "The directory of an ONNX model and its tokenizer (teacher.directory).")
    private @Nullable String teacher;

    @Option(
            names = "--student",
            paramLabel = "DIR",
            description = "A Hugging Face directory of a decoder (trainer.student).")
    private @Nullable String student;

    @Option(
            names = "--prompts",
            paramLabel = "FILE|DIR|PATTERN|-",
            description =
                    "JSON lines, a JSON array, CSV or Parquet, also with gzip or zstd: a file, a directory, a quoted"
                            + " pattern as 'logs/*.jsonl.gz', or - for standard input (traffic.source).")
    private @Nullable String prompts;

    @Option(
            names = "--upstream",
            paramLabel = "URL",
            description =
                    "Live traffic: serve a proxy in front of this API, given as its clients have it for their base URL, until"
                            + " Ctrl-C (proxy.upstreams). Beside --prompts, or alone.")
    private @Nullable String upstream;

    @Option(names = "--follow", description = "Keep reading as the file grows (traffic.follow).")
    private boolean follow;

    @Option(
            names = "--from-start",
            description = "Read from the start what an earlier run had read, and send it again (traffic.from-start).")
    private boolean fromStart;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description = "A Kafka cluster; without one, a broker in this process (kafka.bootstrap-servers).")
    private @Nullable String bootstrapServers;

    @Option(
            names = "--serve",
            description =
                    "Serve the student too, at serving.port: its snapshots roll out as rollout.* says, and the proxy of"
                            + " --upstream sends callers to them.")
    private boolean serve;

    @Option(names = "--for", paramLabel = "TIME", description = "End the run after this time, such as 30s, 10m or 2h.")
    private @Nullable Duration duration;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        Map<String, @Nullable String> flags = new HashMap<>();
        flags.put("teacher.directory", teacher);
        flags.put("trainer.student", student);
        flags.put("traffic.source", prompts);
        flags.put(ProxyCommand.UPSTREAM_URL, upstream);
        flags.put("traffic.follow", follow ? "true" : null);
        flags.put("traffic.from-start", fromStart ? "true" : null);
        flags.put("kafka.bootstrap-servers", bootstrapServers);
        StillstreamConfig config = common.load(StillstreamConfig.defaults(), flags);
        TerminalDisplay display = StageProcess.loggingToFile(config, Pipeline.STAGES);
        try (Interruption interruption = Interruption.ofStages()) {
            Pipeline.Result result = new Pipeline(config, interruption, display, serve).run(duration);
            Report.print(result, config.reachedBy(), System.out);
            return TrafficSummary.exitCode(result.producer());
        }
    }
}

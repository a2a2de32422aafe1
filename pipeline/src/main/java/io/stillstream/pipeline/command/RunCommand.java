package io.stillstream.pipeline.command;

import io.stillstream.configuration.Durations;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.run.Pipeline;
import io.stillstream.pipeline.terminal.Logging;
import io.stillstream.pipeline.terminal.Report;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
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
            "Ends when the traffic has ended and all of it was trained on, with --for, or with Ctrl-C."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class RunCommand implements Callable<Integer> {

    @Option(
            names = "--teacher",
            paramLabel = "DIR",
            description = "An ONNX model and its tokenizer (teacher.directory).")
    private @Nullable String teacher;

    @Option(names = "--student", paramLabel = "DIR", description = "A Hugging Face Llama directory (trainer.student).")
    private @Nullable String student;

    @Option(
            names = "--prompts",
            paramLabel = "FILE|-",
            description = "JSON lines: OpenAI chats, or {\"prompt\", \"response\"} (traffic.source).")
    private @Nullable String prompts;

    @Option(names = "--follow", description = "Go on reading as the file grows (traffic.follow).")
    private boolean follow;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description = "An existing cluster (kafka.bootstrap-servers); without it, a broker in this process.")
    private @Nullable String bootstrapServers;

    @Option(names = "--for", paramLabel = "TIME", description = "End after so long: 30s, 10m, 2h.")
    private @Nullable String duration;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        Map<String, @Nullable String> flags = new HashMap<>();
        flags.put("teacher.directory", teacher);
        flags.put("trainer.student", student);
        flags.put("traffic.source", prompts);
        flags.put("traffic.follow", follow ? "true" : null);
        flags.put("kafka.bootstrap-servers", bootstrapServers);
        StillstreamConfig config = common.load(StillstreamConfig.defaults(), flags);
        Optional<Duration> atMost = Optional.ofNullable(duration).map(Durations::parse);
        Logging.toFile(config.dataDirectory());
        CommonOptions.log(config);
        try (Interruption interruption = new Interruption()) {
            Report.print(new Pipeline(config, interruption).run(atMost), System.out);
        }
        return 0;
    }
}

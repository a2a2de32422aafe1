package io.stillstream.pipeline.command.stage;

import io.stillstream.configuration.Durations;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.command.CommonOptions;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.demo.BundledModels;
import io.stillstream.pipeline.demo.DemoCallers;
import io.stillstream.pipeline.demo.DemoConfig;
import io.stillstream.pipeline.demo.DemoScript;
import io.stillstream.pipeline.demo.DemoUpstream;
import io.stillstream.pipeline.demo.SampleAnswers;
import io.stillstream.pipeline.demo.ShownToken;
import io.stillstream.pipeline.run.Pipeline;
import io.stillstream.pipeline.run.RunDisplay;
import io.stillstream.pipeline.terminal.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The whole pipeline in one process with bundled models and traffic: a look at Stillstream that needs nothing else. */
@Command(
        name = "demo",
        description = {
            "Run the whole pipeline in this process: a Kafka broker, a teacher, a student and traffic, all bundled.",
            "Everything is written to a new directory. Nothing leaves this machine."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class DemoCommand implements Callable<Integer> {

    @Option(
            names = "--for",
            paramLabel = "TIME",
            defaultValue = "3m",
            description = "How long traffic flows, such as 30s or 10m (default: ${DEFAULT-VALUE}).")
    private Duration duration = Duration.ofMinutes(3);

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() throws IOException {
        Path fresh = Files.createTempDirectory("stillstream-demo-");
        BundledModels models = BundledModels.unpack(fresh.resolve("models"));
        StillstreamConfig demo = DemoConfig.of(fresh, models);
        try (DemoUpstream upstream = DemoUpstream.start(demo.teacher())) {
            run(models, common.load(DemoConfig.before(demo, upstream), Map.of()));
        }
        return 0;
    }

    private void run(BundledModels models, StillstreamConfig config) throws IOException {
        Files.createDirectories(config.dataDirectory());
        RunDisplay display = new ShownToken(
                StageProcess.loggingToFile(config, Pipeline.STAGES),
                config.console().token());
        System.out.printf(
                "Demo: a small teacher writes stories, and a smaller student learns from it.%n"
                        + "Some of the traffic comes through the proxy, as your clients' would. Snapshots of the student%n"
                        + "are judged and take it over, until a bad import comes in.%n"
                        + "Traffic flows for %s; Ctrl-C ends it.%n",
                Durations.format(duration));
        try (Interruption interruption = Interruption.ofStages()) {
            DemoScript script = DemoScript.of(DemoCallers.of(display, models.prompts()), config, models);
            Pipeline.Result result = new Pipeline(config, interruption, script, true).run(duration);
            Report.print(result, config.reachedBy(), System.out);
            script.printTimeline(System.out);
            result.trainer()
                    .trainedStudent()
                    .ifPresent(trained -> SampleAnswers.of(config.teacher(), models.student(), trained)
                            .print(System.out));
        }
    }
}

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
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
            description =
                    "How long traffic flows, such as 30s or 10m (default: until all that the demo shows has happened, which"
                            + " takes one to three minutes, and 8 minutes at most).")
    private @Nullable Duration duration;

    /** For a machine that has other work. */
    private static final Duration AT_MOST = Duration.ofMinutes(8);

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() throws IOException {
        Path fresh = Files.createTempDirectory("stillstream-demo-");
        BundledModels models = BundledModels.unpack(fresh.resolve("models"));
        StillstreamConfig demo = DemoConfig.of(fresh, models);
        try (DemoUpstream upstream = DemoUpstream.bind()) {
            run(models, common.load(DemoConfig.before(demo, upstream), Map.of()), upstream);
        }
        return 0;
    }

    private void run(BundledModels models, StillstreamConfig config, DemoUpstream upstream) throws IOException {
        Files.createDirectories(config.dataDirectory());
        RunDisplay display = new ShownToken(
                StageProcess.loggingToFile(config, Pipeline.STAGES),
                config.console().token());
        System.out.printf(
                Locale.ROOT,
                "Demo: a small teacher writes stories, and a smaller student learns from it.%n"
                        + "Some of the traffic comes through the proxy, as your clients' would. Snapshots of the student%n"
                        + "are judged and take it over, until a bad import comes in.%n"
                        + "%s; Ctrl-C ends it.%n",
                duration == null
                        ? "It ends when held-out loss is back, after one to three minutes"
                        : "Traffic flows for " + Durations.format(duration));
        // After the log has moved to its file: what a teacher logs as it loads is not what the demo begins with.
        upstream.start(config.teacher());
        try (Interruption interruption = Interruption.ofStages()) {
            DemoCallers callers = DemoCallers.of(display, models.prompts());
            Runnable whenTold = duration == null ? interruption::request : () -> {};
            DemoScript script = DemoScript.of(callers, config, models, whenTold);
            Pipeline.Result result =
                    new Pipeline(config, interruption, script, true).run(duration == null ? AT_MOST : duration);
            Report.print(result, config.reachedBy(), System.out);
            callers.print(System.out);
            script.printTimeline(System.out, result.elapsed());
            result.trainer()
                    .trainedStudent()
                    .ifPresent(trained -> SampleAnswers.of(config.teacher(), models.student(), trained)
                            .print(System.out));
        }
    }
}

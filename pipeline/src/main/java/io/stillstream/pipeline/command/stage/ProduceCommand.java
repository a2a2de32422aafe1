package io.stillstream.pipeline.command.stage;

import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.run.RunDisplay;
import io.stillstream.pipeline.run.RunPhase;
import io.stillstream.pipeline.run.Stages;
import io.stillstream.pipeline.terminal.TrafficSummary;
import io.stillstream.producer.ProducerReport;
import io.stillstream.producer.stage.ProducerStage;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The producer alone. */
@Command(
        name = "produce",
        description = {
            "Run the producer alone: send traffic to the prompts topic.",
            "A source that was read before goes on where it was."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {
            "0:traffic was sent, or there was none that had not been sent before",
            "1:an error, or a file that could not be read to its end",
            "2:wrong usage",
            "4:nothing was accepted: every line was rejected, or there was no line"
        })
public final class ProduceCommand extends StageCommand {

    private static final int METRICS_PORT = 9464;

    @Option(
            names = "--prompts",
            paramLabel = "FILE|DIR|PATTERN|-",
            description =
                    "JSON lines, a JSON array, CSV or Parquet, also with gzip or zstd: a file, a directory, a quoted"
                            + " pattern as 'logs/*.jsonl.gz', or - for standard input (traffic.source).")
    private @Nullable String prompts;

    @Option(names = "--follow", description = "Keep reading as the file grows (traffic.follow).")
    private boolean follow;

    @Option(
            names = "--from-start",
            description = "Read from the start what an earlier run had read, and send it again (traffic.from-start).")
    private boolean fromStart;

    @Option(
            names = "--rate",
            paramLabel = "NUMBER",
            description = "The most prompts per second; 0 for no limit (traffic.prompts-per-second).")
    private @Nullable String rate;

    @Option(
            names = "--end",
            description =
                    "Send no prompts, only that traffic has ended which a producer of your own has sent: the trainer"
                            + " then takes what waits for more.")
    private boolean end;

    public ProduceCommand() {
        super(Stage.PRODUCER, METRICS_PORT);
    }

    @Override
    Map<String, @Nullable String> flags() {
        if (end && (prompts != null || follow || fromStart || rate != null)) {
            throw new PipelineException("--end sends no prompts; expected no other option of traffic beside it");
        }
        Map<String, @Nullable String> flags = new HashMap<>();
        flags.put("traffic.source", prompts);
        flags.put("traffic.follow", follow ? "true" : null);
        flags.put("traffic.from-start", fromStart ? "true" : null);
        flags.put("traffic.prompts-per-second", rate);
        // Other processes score and train: how far they are is not seen here.
        flags.put("traffic.max-in-flight", "0");
        return flags;
    }

    @Override
    int run(Stages stages, Interruption interruption, RunDisplay.Showing showing) {
        ProducerStage producer = stages.producer();
        if (end) {
            int partitions = producer.end();
            showing.close();
            System.out.printf(Locale.ROOT, "the end of the traffic was sent to %d partitions of prompts%n", partitions);
            return 0;
        }
        interruption.onRequest(() -> {
            producer.stop();
            showing.phase(RunPhase.STOPPING);
        });
        showing.phase(RunPhase.RUNNING);
        ProducerReport report = producer.run();
        showing.close();
        TrafficSummary.print(report, stages.reachedBy(), System.out);
        return TrafficSummary.exitCode(report);
    }
}

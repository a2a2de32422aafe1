package io.stillstream.pipeline.command;

import io.stillstream.monitoring.Stage;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.run.RunDisplay;
import io.stillstream.pipeline.run.RunPhase;
import io.stillstream.pipeline.run.Stages;
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
        description = "Run the producer alone: send traffic to the prompts topic.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ProduceCommand extends StageCommand {

    private static final int METRICS_PORT = 9464;

    @Option(
            names = "--prompts",
            paramLabel = "FILE|-",
            description = "JSON lines, OpenAI chats or {\"prompt\", \"response\"}; - reads standard input"
                    + " (traffic.source).")
    private @Nullable String prompts;

    @Option(names = "--follow", description = "Keep reading as the file grows (traffic.follow).")
    private boolean follow;

    @Option(
            names = "--rate",
            paramLabel = "NUMBER",
            description = "The most prompts per second; 0 for no limit (traffic.prompts-per-second).")
    private @Nullable String rate;

    public ProduceCommand() {
        super(Stage.PRODUCER, METRICS_PORT);
    }

    @Override
    Map<String, @Nullable String> flags() {
        Map<String, @Nullable String> flags = new HashMap<>();
        flags.put("traffic.source", prompts);
        flags.put("traffic.follow", follow ? "true" : null);
        flags.put("traffic.prompts-per-second", rate);
        return flags;
    }

    @Override
    int run(Stages stages, Interruption interruption, RunDisplay.Showing showing) {
        ProducerStage producer = stages.producer();
        interruption.onRequest(producer::stop);
        showing.phase(RunPhase.RUNNING);
        ProducerReport report = producer.run();
        showing.close();
        System.out.printf(
                Locale.ROOT,
                "%,d prompts sent, %,d of them held out, %,d lines rejected%n",
                report.sent(),
                report.heldOut(),
                report.deadLetters());
        return 0;
    }
}

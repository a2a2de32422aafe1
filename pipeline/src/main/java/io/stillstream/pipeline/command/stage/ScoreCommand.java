package io.stillstream.pipeline.command.stage;

import io.stillstream.monitoring.Progress;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.run.RunDisplay;
import io.stillstream.pipeline.run.RunPhase;
import io.stillstream.pipeline.run.Stages;
import io.stillstream.scorer.Teacher;
import io.stillstream.scorer.topology.ScorerStage;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The teacher-scorer alone. */
@Command(
        name = "score",
        description =
                "Run the teacher-scorer alone: score the prompts on the topic with the teacher, until interrupted.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ScoreCommand extends StageCommand {

    private static final int METRICS_PORT = 9465;

    @Option(
            names = "--teacher",
            paramLabel = "DIR",
            description = "The directory of an ONNX model and its tokenizer (teacher.directory).")
    private @Nullable String teacher;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            description = "cpu, or cuda:0, cuda:1 and so on for a GPU (teacher.device).")
    private @Nullable String device;

    public ScoreCommand() {
        super(Stage.SCORER, METRICS_PORT);
    }

    @Override
    Map<String, @Nullable String> flags() {
        Map<String, @Nullable String> flags = new HashMap<>();
        flags.put("teacher.directory", teacher);
        flags.put("teacher.device", device);
        return flags;
    }

    @Override
    int run(Stages stages, Interruption interruption, RunDisplay.Showing showing) {
        showing.phase(RunPhase.LOADING);
        try (Teacher model = stages.teacher();
                ScorerStage scorer = stages.scorer(model)) {
            interruption.onRequest(() -> {
                showing.phase(RunPhase.STOPPING);
                scorer.close();
            });
            showing.phase(RunPhase.RUNNING);
            scorer.awaitTermination();
            Progress progress = stages.progress();
            showing.close();
            System.out.printf(
                    Locale.ROOT,
                    "%,d prompts scored, %,d tokens; %,d rejected%n",
                    progress.scoredPrompts(),
                    progress.scoredTokens(),
                    progress.deadLetters());
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PipelineException("interrupted while scoring", e);
        }
    }
}

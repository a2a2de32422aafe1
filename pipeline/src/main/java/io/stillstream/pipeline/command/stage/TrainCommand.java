package io.stillstream.pipeline.command.stage;

import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.run.RunDisplay;
import io.stillstream.pipeline.run.RunPhase;
import io.stillstream.pipeline.run.Stages;
import io.stillstream.pipeline.terminal.Report;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.loop.TrainerStage;
import io.stillstream.trainer.report.TrainingReport;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The student-trainer alone. */
@Command(
        name = "train",
        description =
                "Run the student-trainer alone: train the student on the teacher-targets topic, until interrupted.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class TrainCommand extends StageCommand {

    private static final int METRICS_PORT = 9466;

    @Option(
            names = "--student",
            paramLabel = "DIR",
            description = "A Hugging Face directory of a decoder (trainer.student).")
    private @Nullable String student;

    @Option(names = "--until-end", description = "Stop after the records that the topic holds at the start.")
    private boolean untilEnd;

    public TrainCommand() {
        super(Stage.TRAINER, METRICS_PORT);
    }

    @Override
    Map<String, @Nullable String> flags() {
        Map<String, @Nullable String> flags = new HashMap<>();
        flags.put("trainer.student", student);
        return flags;
    }

    @Override
    void requireUsable(StillstreamConfig config) {
        config.trainer().devices().requireAvailable(TrainerConfig.DEVICE);
    }

    @Override
    int run(Stages stages, Interruption interruption, RunDisplay.Showing showing) {
        showing.phase(RunPhase.LOADING);
        try (TrainerStage trainer = stages.trainer()) {
            interruption.onRequest(() -> {
                trainer.stop();
                showing.phase(RunPhase.EVALUATING);
            });
            showing.phase(RunPhase.RUNNING);
            if (untilEnd) {
                trainer.stopAtEnd();
            }
            TrainingReport report = trainer.run();
            showing.close();
            Report.print(report, System.out);
            return 0;
        }
    }
}

package io.stillstream.bench.fault.trainer.process;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The settings of a run's trainers, the same for each but for the directory. Nothing is scheduled by time, so that a run
 * writes as often on a slow machine as on a fast one.
 *
 * @param student where training starts
 * @param batchTokens of a step
 * @param checkpointSteps steps between checkpoints
 * @param snapshotSteps steps between snapshots
 * @param lora whether adapters are trained instead of the student's own weights
 */
public record TrainerSettings(Path student, int batchTokens, int checkpointSteps, int snapshotSteps, boolean lora) {

    /** The same without the student. */
    public record Pace(int batchTokens, int checkpointSteps, int snapshotSteps) {}

    public static TrainerSettings of(Path student, Pace pace) {
        return new TrainerSettings(student, pace.batchTokens(), pace.checkpointSteps(), pace.snapshotSteps(), false);
    }

    /** The same for adapters on the student. */
    public TrainerSettings withLora() {
        return new TrainerSettings(student, batchTokens, checkpointSteps, snapshotSteps, true);
    }

    private static final String DIRECTORY = "trainer";
    private static final int HELD_OUT_RECORDS = 16;
    private static final double LEARNING_RATE = 1e-3;
    private static final int WARM_UP_STEPS = 20;
    private static final int KEEP = 3;
    private static final int LORA_RANK = 8;

    /** The settings as {@code --set} takes them. */
    public Map<String, String> of(String servers, int partitions, Path data) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("kafka.bootstrap-servers", servers);
        settings.put("kafka.partitions", Integer.toString(partitions));
        settings.put("data-directory", data.toString());
        settings.put("monitoring.port", "0");
        settings.put("trainer.student", student.toString());
        settings.put("trainer.data-directory", DIRECTORY);
        // A loss that the records feed alone, without the teacher's tokenizer.
        settings.put("trainer.loss.multilevelot.variant", "none");
        settings.put("trainer.loss.aligned-likelihood.weight", "1");
        settings.put("trainer.optimizer.learning-rate", Double.toString(LEARNING_RATE));
        settings.put("trainer.optimizer.warmup-steps", Integer.toString(WARM_UP_STEPS));
        settings.put("trainer.batches.max-batch-tokens", Integer.toString(batchTokens));
        settings.put("trainer.batches.accumulate", "1");
        settings.put("trainer.evaluations.held-out-records", Integer.toString(HELD_OUT_RECORDS));
        settings.put("trainer.evaluations.every-steps", "0");
        settings.put("trainer.snapshots.every-steps", Integer.toString(snapshotSteps));
        settings.put("trainer.snapshots.every", "0s");
        settings.put("trainer.snapshots.keep", Integer.toString(KEEP));
        settings.put("trainer.checkpoints.every-steps", Integer.toString(checkpointSteps));
        settings.put("trainer.checkpoints.every", "0s");
        settings.put("trainer.checkpoints.keep", Integer.toString(KEEP));
        if (lora) {
            settings.put("trainer.lora.rank", Integer.toString(LORA_RANK));
        }
        return settings;
    }

    /** The directory of checkpoints, snapshots and ledger in this data directory. */
    public static Path directory(Path data) {
        return data.resolve(DIRECTORY);
    }
}

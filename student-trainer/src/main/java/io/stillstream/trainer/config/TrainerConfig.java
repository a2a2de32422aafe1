package io.stillstream.trainer.config;

import io.stillstream.student.torchscript.TorchEngine;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.step.OptimizerConfig;
import io.stillstream.trainer.step.TrainingStep;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a student is trained. {@link #defaults()} is where every default stands.
 *
 * @param student the Hugging Face directory that training starts from; must be set
 * @param dataDirectory where snapshots are kept; one trainer at a time
 * @param loss what is made small
 * @param mergeWait how long the other partitions wait for one that was read to its end before they go on without it
 * @param acceptChanges what may be another than it was when training last ran: any of loss, teacher, tokenizer,
 *     partitions, student
 * @param patience how long to wait for Kafka before giving up
 */
public record TrainerConfig(
        @Nullable Path student,
        Path dataDirectory,
        LossConfig loss,
        OptimizerConfig optimizer,
        Batches batches,
        Evaluations evaluations,
        Snapshots snapshots,
        Checkpoints checkpoints,
        Duration mergeWait,
        List<String> acceptChanges,
        Duration patience) {

    private static final int HELD_OUT_LIMIT = 100_000;

    public TrainerConfig {
        acceptChanges = List.copyOf(acceptChanges);
        requirePositive("patience", patience);
        requireNotNegative("merge-wait", mergeWait);
        for (String change : acceptChanges) {
            if (Arrays.stream(ResumeMismatch.values())
                    .noneMatch(known -> known.key().equals(change))) {
                throw new TrainerException(
                        "accept-changes names '" + change + "'; expected any of " + ResumeMismatch.keys());
            }
        }
    }

    public static TrainerConfig defaults() {
        return new TrainerConfig(
                null,
                Path.of("trainer"),
                LossConfig.defaults(),
                OptimizerConfig.of(5e-4, 50),
                new Batches(2048, 2, TrainingStep.DEFAULT_LOGIT_MEBIBYTES, false, Duration.ofSeconds(5)),
                new Evaluations(64, 50),
                new Snapshots(200, Duration.ofMinutes(5), 5, Duration.ZERO),
                new Checkpoints(50, Duration.ofMinutes(1), 3, 3),
                Duration.ofSeconds(2),
                List.of(),
                Duration.ofSeconds(30));
    }

    /** The same, kept in another directory. */
    public TrainerConfig withDataDirectory(Path directory) {
        return new TrainerConfig(
                student,
                directory,
                loss,
                optimizer,
                batches,
                evaluations,
                snapshots,
                checkpoints,
                mergeWait,
                acceptChanges,
                patience);
    }

    public boolean accepts(ResumeMismatch change) {
        return acceptChanges.contains(change.key());
    }

    /** What the bytes of a step depend on beside the loss. */
    public Map<String, String> stepSettings() {
        return Map.of(
                "trainer.optimizer", optimizer.toString(),
                "trainer.batches.max-batch-tokens", Integer.toString(batches.maxBatchTokens()),
                "trainer.batches.accumulate", Integer.toString(batches.accumulate()),
                "trainer.batches.max-logit-mebibytes", Integer.toString(batches.maxLogitMebibytes()),
                "trainer.batches.flush-partial-batches", Boolean.toString(batches.flushPartialBatches()),
                "threads of PyTorch", Integer.toString(TorchEngine.threads()));
    }

    /**
     * How records become optimizer steps.
     *
     * @param maxBatchTokens the most tokens, padding included, whose activations are in memory at once
     * @param accumulate how many times that many tokens make an optimizer step
     * @param maxLogitMebibytes how much memory one tensor of logits may take; what does not fit is worked off in chunks,
     *     in the same memory and with the same result
     * @param flushPartialBatches whether what waits for a step to fill is trained on when the stream falls silent. Steps
     *     then depend on when records come, and no two runs need be alike; without it they depend on the order of
     *     records alone
     * @param linger how long a stream is silent before that happens
     */
    public record Batches(
            int maxBatchTokens, int accumulate, int maxLogitMebibytes, boolean flushPartialBatches, Duration linger) {

        public Batches {
            requirePositive("max-batch-tokens", maxBatchTokens);
            requirePositive("accumulate", accumulate);
            requirePositive("max-logit-mebibytes", maxLogitMebibytes);
            requirePositive("linger", linger);
        }

        public long stepTokens() {
            return (long) maxBatchTokens * accumulate;
        }
    }

    /**
     * How the student is measured.
     *
     * @param heldOutRecords how many held-out records are kept to measure on: the first of the stream
     * @param everySteps optimizer steps between evaluations; 0 measures at snapshots alone
     */
    public record Evaluations(int heldOutRecords, int everySteps) {

        public Evaluations {
            requireNotNegative("held-out-records", heldOutRecords);
            requireNotNegative("every-steps", everySteps);
            if (heldOutRecords > HELD_OUT_LIMIT) {
                throw new TrainerException("held-out-records is " + heldOutRecords + "; expected at most "
                        + HELD_OUT_LIMIT + ": they are kept in memory");
            }
        }
    }

    /**
     * When snapshots are published, whichever comes first; and once more on a clean stop.
     *
     * @param everySteps optimizer steps between snapshots; 0 is never
     * @param every time between snapshots; 0 is never
     * @param keep how many of the newest are kept; those with an alias are kept besides
     * @param keepFor how old one of them may become; 0 is any age. The newest is kept whatever its age
     */
    public record Snapshots(int everySteps, Duration every, int keep, Duration keepFor) {

        public Snapshots {
            requireNotNegative("every-steps", everySteps);
            requirePositive("keep", keep);
            requireNotNegative("every", every);
            requireNotNegative("keep-for", keepFor);
        }
    }

    /**
     * When checkpoints are written, whichever comes first: what a crash costs is the time since the last one. Each
     * snapshot has one besides, kept as long as it is.
     *
     * @param everySteps optimizer steps between checkpoints; 0 is never
     * @param every time between checkpoints; 0 is never
     * @param keep how many of the newest are kept
     * @param failures after how many writes in a row that failed the trainer stops
     */
    public record Checkpoints(int everySteps, Duration every, int keep, int failures) {

        public Checkpoints {
            requireNotNegative("every-steps", everySteps);
            requireNotNegative("every", every);
            requirePositive("keep", keep);
            requirePositive("failures", failures);
        }
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new TrainerException(name + " is " + value + "; expected at least 1");
        }
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new TrainerException(name + " is " + value + "; expected a duration above 0");
        }
    }

    private static void requireNotNegative(String name, int value) {
        if (value < 0) {
            throw new TrainerException(name + " is " + value + "; expected 0 or more");
        }
    }

    private static void requireNotNegative(String name, Duration value) {
        if (value.isNegative()) {
            throw new TrainerException(name + " is " + value + "; expected 0 or longer");
        }
    }
}

package io.stillstream.trainer;

import io.stillstream.trainer.student.LossConfig;
import io.stillstream.trainer.student.OptimizerConfig;
import io.stillstream.trainer.student.TrainingStep;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a student is trained. {@link #defaults()} is where every default stands.
 *
 * @param student the Hugging Face directory that training starts from; must be set
 * @param dataDirectory where snapshots are kept; one trainer at a time
 * @param loss what is made small
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
        Duration patience) {

    private static final int HELD_OUT_LIMIT = 100_000;

    public TrainerConfig {
        requirePositive("patience", patience);
    }

    public static TrainerConfig defaults() {
        return new TrainerConfig(
                null,
                Path.of("trainer"),
                LossConfig.defaults(),
                OptimizerConfig.of(5e-4, 50),
                new Batches(2048, 2, TrainingStep.DEFAULT_LOGIT_MEBIBYTES, false, Duration.ofSeconds(5)),
                new Evaluations(64, 50),
                new Snapshots(200, Duration.ofMinutes(5), 5),
                Duration.ofSeconds(30));
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

        long stepTokens() {
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
     */
    public record Snapshots(int everySteps, Duration every, int keep) {

        public Snapshots {
            requireNotNegative("every-steps", everySteps);
            requirePositive("keep", keep);
            if (every.isNegative()) {
                throw new TrainerException("every is " + every + "; expected 0 or longer");
            }
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
}

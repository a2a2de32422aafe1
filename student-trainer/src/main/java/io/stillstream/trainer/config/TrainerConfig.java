package io.stillstream.trainer.config;

import io.stillstream.configuration.ChangedRecord;
import io.stillstream.configuration.Check;
import io.stillstream.configuration.InvalidSettingException;
import io.stillstream.student.lora.LoraConfig;
import io.stillstream.student.model.Precision;
import io.stillstream.student.torchscript.TorchDevices;
import io.stillstream.student.torchscript.TorchEngine;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.loss.TargetNeed;
import io.stillstream.trainer.step.OptimizerConfig;
import io.stillstream.trainer.step.StepConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a student is trained.
 *
 * @param student the Hugging Face directory that training starts from; must be set to train
 * @param dataDirectory where checkpoints, snapshots and the ledger are kept, for one trainer at a time; relative paths lie
 *     in the data directory
 * @param teacherTokenizer the directory of the teacher's {@code tokenizer.json}, for {@code multilevelot} with the variant
 *     {@code spelled}, and of its chat template; if not set, {@code run} takes the teacher's own, and {@code train} reads
 *     targets in the student's vocabulary alone
 * @param chatTemplate the chat template that the student is trained in, and published with: {@code own}, which is the
 *     teacher's for a student that has none; {@code teacher}; or a Jinja file, or a directory that has a template
 * @param teacherChatTemplate the teacher's chat template, a file or a directory, where it is not in
 *     {@code teacher-tokenizer}; {@code none} where the teacher reads chats as plain lines. If not set, {@code run} takes
 *     {@code teacher.chat-template}
 * @param loss what is minimised
 * @param optimizer AdamW's settings
 * @param batches how records become optimizer steps
 * @param device what trains and evaluates the student: {@code cpu}, {@code cuda:0}, or {@code cuda:0,1} for several, which
 *     share each step's micro-batches. How many they are changes no byte of a step
 * @param precision what matrix products of training are computed in: fp32, or bf16, which is faster where the processor has
 *     instructions for it. Weights and moments are in single precision with both; fp16 is not offered, since its range is too
 *     small for gradients
 * @param recompute whether the backward pass computes each block again, so that memory holds the activations of one block
 *     and not of all, for a third more computation. The steps are the same bytes
 * @param gradientSharesEvery steps from one that reports each term's share of the gradient to the next; 0 for none. It takes
 *     one more pass over the logits, and changes no weight
 * @param lora trains low-rank adapters of the student's linear maps instead of its weights; checkpoints and snapshots are
 *     then PEFT adapters
 * @param evaluations how the student is evaluated
 * @param snapshots when snapshots are published
 * @param checkpoints when checkpoints are written
 * @param reading how much is read ahead, and which timestamps are believed
 * @param maxDeaths how often the process may die of one record before that is a dead letter, killed or aborted while it is
 *     tokenized or its gradient computed alone; 0 tries it for ever, as may be right where trainers are killed on purpose
 * @param mergeWait how long the other partitions wait for one that was read to its end before they go on without it
 * @param acceptChanges what may differ from when training last ran: any of loss, teacher, tokenizer, template,
 *     partitions, topic, student, lora, deleted-records, where the topic has deleted what was not trained on yet
 * @param patience how long to wait for Kafka before giving up
 */
public record TrainerConfig(
        @Nullable Path student,
        Path dataDirectory,
        @Nullable Path teacherTokenizer,
        Path chatTemplate,
        @Nullable Path teacherChatTemplate,
        LossConfig loss,
        OptimizerConfig optimizer,
        Batches batches,
        String device,
        Precision precision,
        boolean recompute,
        int gradientSharesEvery,
        LoraConfig lora,
        Evaluations evaluations,
        Snapshots snapshots,
        Checkpoints checkpoints,
        Reading reading,
        int maxDeaths,
        Duration mergeWait,
        List<String> acceptChanges,
        Duration patience) {

    /** Stands for the student's own chat template, or the teacher's where it has none. */
    public static final Path OWN_TEMPLATE = Path.of("own");

    /** Stands for the teacher's chat template. */
    public static final Path TEACHER_TEMPLATE = Path.of("teacher");

    /** As the file spells it. */
    public static final String TEACHER_TOKENIZER = "trainer.teacher-tokenizer";

    /** They are kept in memory. */
    private static final int HELD_OUT_LIMIT = 100_000;

    private static final Duration SHORTEST = Duration.ofMillis(1);

    public TrainerConfig {
        acceptChanges = List.copyOf(acceptChanges);
        Check.timeout("patience", patience);
        Check.that(maxDeaths == 0 || maxDeaths >= 2, "maxDeaths", maxDeaths, "2 or more, or 0 for no bound");
        Check.atLeast("gradientSharesEvery", gradientSharesEvery, 0);
        device = TorchDevices.parse("device", device).toString();
        Check.atLeast("mergeWait", mergeWait, Duration.ZERO);
        for (String change : acceptChanges) {
            if (Arrays.stream(ResumeMismatch.values())
                    .noneMatch(known -> known.key().equals(change))) {
                throw new InvalidSettingException("acceptChanges", change, "any of " + ResumeMismatch.keys());
            }
        }
    }

    public static TrainerConfig defaults() {
        return new TrainerConfig(
                null,
                Path.of("trainer"),
                null,
                OWN_TEMPLATE,
                null,
                LossConfig.defaults(),
                OptimizerConfig.of(5e-4, 50),
                new Batches(2048, 2, StepConfig.DEFAULT_LOGIT_MEBIBYTES, false, Duration.ofSeconds(5), 0.25),
                TorchDevices.CPU,
                Precision.FP32,
                false,
                StepConfig.DEFAULT_SHARES_EVERY,
                LoraConfig.none(),
                new Evaluations(64, 50),
                new Snapshots(200, Duration.ofMinutes(5), 5, Duration.ZERO),
                new Checkpoints(50, Duration.ofMinutes(1), 3, 3),
                Reading.defaults(),
                2,
                Duration.ofSeconds(2),
                List.of(),
                Duration.ofSeconds(30));
    }

    /**
     * The same with other values of some components.
     *
     * @param changes by the components' names
     */
    public TrainerConfig with(Map<String, ?> changes) {
        return ChangedRecord.of(this, changes);
    }

    /** The same, kept in another directory. */
    public TrainerConfig withDataDirectory(Path directory) {
        return with(Map.of("dataDirectory", directory));
    }

    /**
     * The same with the teacher's tokenizer and chat template, where they are not set.
     *
     * @param template null for the one in the directory
     */
    public TrainerConfig withTeacher(Path directory, @Nullable Path template) {
        if (teacherTokenizer != null) {
            return this;
        }
        TrainerConfig read = with(Map.of("teacherTokenizer", directory));
        return teacherChatTemplate != null || template == null
                ? read
                : read.with(Map.of("teacherChatTemplate", template));
    }

    public boolean accepts(ResumeMismatch change) {
        return acceptChanges.contains(change.key());
    }

    /**
     * The most tokens of a step that may be of texts which the student wrote: none where the loss carries over no mass of
     * the teacher's, since such a text has no labels to learn.
     */
    public long studentTokens() {
        return loss.needs().contains(TargetNeed.TRANSPORT) ? (long) (batches.studentShare() * batches.stepTokens()) : 0;
    }

    /** How a step is computed. */
    public StepConfig step() {
        return new StepConfig(
                batches.maxBatchTokens(),
                batches.maxLogitMebibytes(),
                precision,
                recompute,
                gradientSharesEvery,
                devices());
    }

    /** What trains and evaluates the student. */
    public TorchDevices devices() {
        return TorchDevices.parse("device", device);
    }

    /** As the file spells it. */
    public static final String DEVICE = "trainer.device";

    /** The key of the adapters' settings among {@link #stepSettings}. */
    public static final String LORA = "trainer.lora";

    /** What the bytes of a step depend on beside the loss. */
    public Map<String, String> stepSettings() {
        return Map.ofEntries(
                Map.entry(LORA, lora.describe()),
                Map.entry(DEVICE, devices().isCuda() ? "cuda" : TorchDevices.CPU),
                Map.entry("trainer.precision", precision.toString()),
                Map.entry("trainer.optimizer", optimizer.toString()),
                Map.entry("trainer.batches.max-batch-tokens", Integer.toString(batches.maxBatchTokens())),
                Map.entry("trainer.batches.accumulate", Integer.toString(batches.accumulate())),
                Map.entry("trainer.batches.max-logit-mebibytes", Integer.toString(batches.maxLogitMebibytes())),
                Map.entry("trainer.batches.flush-partial-batches", Boolean.toString(batches.flushPartialBatches())),
                Map.entry("trainer.evaluations", evaluations.toString()),
                Map.entry("trainer.batches.student-share", Double.toString(batches.studentShare())),
                Map.entry("threads of PyTorch", Integer.toString(TorchEngine.threads())));
    }

    /**
     * How records become optimizer steps.
     *
     * @param maxBatchTokens the most tokens, padding included, whose activations are in memory at once
     * @param accumulate how many times {@code max-batch-tokens} make an optimizer step
     * @param maxLogitMebibytes the most memory of one tensor of logits; what does not fit is computed in chunks, with the
     *     same result
     * @param flushPartialBatches whether an incomplete step is taken when the stream falls silent. Steps then depend on
     *     when records arrive, and two runs may differ; otherwise they depend on the order of records alone
     * @param linger how long the stream has to be silent before an incomplete step is taken
     * @param studentShare the largest share of a step's tokens that may be of texts which the student wrote, 0 to 1. What
     *     exceeds it is passed over, and so is every such text where the loss is not the variant {@code spelled}: only its
     *     transport learns from them
     */
    public record Batches(
            int maxBatchTokens,
            int accumulate,
            int maxLogitMebibytes,
            boolean flushPartialBatches,
            Duration linger,
            double studentShare) {

        public Batches {
            Check.atLeast("maxBatchTokens", maxBatchTokens, 1);
            Check.atLeast("accumulate", accumulate, 1);
            Check.atLeast("maxLogitMebibytes", maxLogitMebibytes, 1);
            Check.atLeast("linger", linger, SHORTEST);
            Check.between("studentShare", studentShare, 0.0, 1.0);
        }

        public long stepTokens() {
            return (long) maxBatchTokens * accumulate;
        }
    }

    /**
     * How the student is evaluated.
     *
     * @param heldOutRecords how many held-out records the student is evaluated on: the first of the stream
     * @param everySteps optimizer steps between evaluations; 0 evaluates at snapshots alone
     */
    public record Evaluations(int heldOutRecords, int everySteps) {

        public Evaluations {
            Check.between("heldOutRecords", heldOutRecords, 0, HELD_OUT_LIMIT);
            Check.atLeast("everySteps", everySteps, 0);
        }
    }

    /**
     * When snapshots are published, whichever comes first; and once more on a clean stop.
     *
     * @param everySteps optimizer steps between snapshots; 0 for never
     * @param every time between snapshots; 0s for never
     * @param keep how many of the newest are kept; those with an alias are kept besides
     * @param keepFor the age at which one of them is deleted; 0s for never. The newest is always kept
     */
    public record Snapshots(int everySteps, Duration every, int keep, Duration keepFor) {

        public Snapshots {
            Check.atLeast("everySteps", everySteps, 0);
            Check.atLeast("every", every, Duration.ZERO);
            Check.atLeast("keep", keep, 1);
            Check.atLeast("keepFor", keepFor, Duration.ZERO);
        }
    }

    /**
     * When checkpoints are written, whichever comes first: what a crash costs is the time since the last one. Each
     * snapshot has one besides, kept as long as it is.
     *
     * @param everySteps optimizer steps between checkpoints; 0 for never
     * @param every time between checkpoints; 0s for never
     * @param keep how many of the newest are kept
     * @param failures how many failed writes in a row stop the trainer
     */
    public record Checkpoints(int everySteps, Duration every, int keep, int failures) {

        public Checkpoints {
            Check.atLeast("everySteps", everySteps, 0);
            Check.atLeast("every", every, Duration.ZERO);
            Check.atLeast("keep", keep, 1);
            Check.atLeast("failures", failures, 1);
        }
    }

    /**
     * How records are read.
     *
     * @param maxQueuedMebibytes how much of records that were fetched may wait for their turn, about; partitions that have
     *     some there are not fetched further. The one that is waited for always is
     * @param timestampLead how far beyond its partition's timestamps so far one is believed: a clock that is wrong would put
     *     the rest of its partition behind all others
     */
    public record Reading(int maxQueuedMebibytes, Duration timestampLead) {

        public Reading {
            Check.atLeast("maxQueuedMebibytes", maxQueuedMebibytes, 1);
            Check.atLeast("timestampLead", timestampLead, SHORTEST);
        }

        public static Reading defaults() {
            return new Reading(256, Duration.ofMinutes(10));
        }

        public long maxQueuedBytes() {
            return (long) maxQueuedMebibytes << 20;
        }
    }
}

package io.stillstream.trainer.loop;

import io.stillstream.configuration.AvailableMemory;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.adapter.AdapterConfig;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.safetensors.WeightFiles;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.model.Student;
import io.stillstream.student.model.StudentCopy;
import io.stillstream.student.snapshot.GoldenPrompts;
import io.stillstream.student.snapshot.GoldenRecorder;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.TrainerState;
import io.stillstream.trainer.checkpoint.TrainingStateCopy;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.examples.QueuedSequence;
import io.stillstream.trainer.examples.TokenizedTarget;
import io.stillstream.trainer.examples.TransportPlans;
import io.stillstream.trainer.examples.wording.StudentWording;
import io.stillstream.trainer.examples.wording.TemplateChoice;
import io.stillstream.trainer.heldout.HeldOutEvaluation;
import io.stillstream.trainer.heldout.HeldOutEvaluator;
import io.stillstream.trainer.heldout.HeldOutSet;
import io.stillstream.trainer.heldout.RecordLoss;
import io.stillstream.trainer.loss.MultiLevelOt;
import io.stillstream.trainer.memory.MemoryCheck;
import io.stillstream.trainer.step.OptimizerCopy;
import io.stillstream.trainer.step.StepReport;
import io.stillstream.trainer.step.StudentOptimizer;
import io.stillstream.trainer.step.TrainingBatch;
import io.stillstream.trainer.step.TrainingStep;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A student in training: its weights, optimizer and tokenizer. For one thread. */
final class TrainingSession implements AutoCloseable {

    private final TextTokenizer tokenizer;
    private final StudentWording wording;
    private final TransportPlans plans;
    private final Student student;
    private final StudentOptimizer optimizer;
    private final StudentCopy studentCopy;
    private final OptimizerCopy optimizerCopy;
    private final TrainingStep trainingStep;
    private final HeldOutEvaluator evaluator;
    private final GoldenRecorder golden;
    private final MultiLevelOt loss;
    private final Closer resources;
    private TrainerState state;

    private TrainingSession(
            TrainerConfig config,
            TextTokenizer tokenizer,
            StudentWording wording,
            Student student,
            StudentOptimizer optimizer,
            TrainerState state,
            TransportPlans plans,
            Closer resources) {
        this.plans = plans;
        this.loss = config.loss().multilevelot();
        int microBatchTokens = config.batches().maxBatchTokens();
        this.tokenizer = tokenizer;
        this.wording = wording;
        this.student = student;
        this.optimizer = optimizer;
        this.studentCopy = resources.add(student.newCopy());
        this.optimizerCopy = resources.add(optimizer.newCopy());
        this.resources = resources;
        this.trainingStep = resources.add(new TrainingStep(student, optimizer, config.loss(), config.step()));
        this.evaluator = resources.add(new HeldOutEvaluator(student, tokenizer, plans, microBatchTokens));
        this.golden = resources.add(new GoldenRecorder(student));
        this.state = state;
    }

    /**
     * @param initial the student's directory
     * @param checkpoint what to resume from; null to begin
     * @throws TrainerException when the student cannot be used, or what is configured does not agree with the checkpoint
     */
    static TrainingSession open(TrainerConfig config, Path initial, @Nullable Snapshot checkpoint) {
        config.devices().requireAvailable(TrainerConfig.DEVICE);
        String initialWeights = initialWeights(initial);
        Path directory = checkpoint == null ? initial : checkpoint.directory();
        TrainerState state = checkpoint == null
                ? TrainerState.initial(initialWeights)
                : TrainerState.read(checkpoint.trainerDirectory());
        Path optimizerFile =
                checkpoint == null ? null : checkpoint.trainerDirectory().resolve(TrainingStateCopy.OPTIMIZER);
        Path model = AdapterConfig.isIn(directory) ? initial : directory;
        var resources = new Closer();
        try {
            DecoderConfig decoder = decoder(directory, model);
            TextTokenizer tokenizer = resources.add(tokenizer(directory, decoder));
            StudentWording wording = TemplateChoice.of(config).wording(initial, directory, tokenizer, decoder);
            if (checkpoint != null) {
                new ResumeCheck(config).requireSame(checkpoint, state, initial, initialWeights, wording.sha256());
            }
            if (!config.devices().isCuda()) {
                // What is available is the CPU's memory.
                var memory = new MemoryCheck(decoder.architecture(), config.step(), config.lora());
                AvailableMemory.ofThisProcess().ifPresent(memory::requireFits);
            }
            if (checkpoint != null && config.lora().isOn() != AdapterConfig.isIn(directory)) {
                throw new TrainerException("training cannot resume from "
                        + checkpoint.manifest().id() + ": it holds "
                        + (config.lora().isOn()
                                ? "all weights, and trainer.lora.rank is "
                                : "an adapter, and trainer.lora.rank is ")
                        + config.lora().rank() + "; choose another data directory");
            }
            Student student = resources.add(wording.load(directory, model, config.lora(), config.devices()));
            StudentOptimizer optimizer = resources.add(
                    optimizerFile == null
                            ? StudentOptimizer.fresh(student, config.optimizer())
                            : StudentOptimizer.restore(student, config.optimizer(), optimizerFile));
            TransportPlans plans =
                    resources.add(TransportPlans.open(tokenizer, student.config(), config.teacherTokenizer()));
            return new TrainingSession(config, tokenizer, wording, student, optimizer, state, plans, resources);
        } catch (RuntimeException e) {
            resources.close();
            throw e;
        }
    }

    /** Takes one optimizer step; one whose loss or gradient is not finite changes nothing. */
    StepReport step(List<QueuedSequence> batch) {
        StepReport report = trainingStep.step(trainingBatch(batch));
        if (report.applied()) {
            state = state.plus(report.sequences(), report.tokens());
        }
        return report;
    }

    /** Computes what a step of these would, and changes nothing. */
    void rehearse(List<QueuedSequence> batch) {
        trainingStep.rehearse(trainingBatch(batch));
    }

    private TrainingBatch trainingBatch(List<QueuedSequence> batch) {
        float alphaOnGiven = (float) loss.alphaOnGiven(lead());
        return new TrainingBatch(
                batch.stream()
                        .flatMap(queued -> queued.example(alphaOnGiven).stream())
                        .toList(),
                batch.size());
    }

    private double lead() {
        Double lead = state.teacherLead();
        return lead == null ? Double.NaN : lead;
    }

    /**
     * From the next step on the teacher is trusted by this evaluation. Only for evaluations of steps that every run has, for
     * the weights follow from it.
     */
    void trustBy(HeldOutEvaluation evaluation) {
        if (Double.isFinite(evaluation.teacherLead())) {
            state = state.withTeacherLead(evaluation.teacherLead());
        }
    }

    /** Empty while nothing is held out. */
    Optional<HeldOutEvaluation> evaluate(HeldOutSet heldOut) {
        return evaluator.evaluate(heldOut);
    }

    /** The loss on each of them. */
    List<RecordLoss> losses(HeldOutSet heldOut) {
        return evaluator.losses(heldOut);
    }

    /**
     * Copies everything that changes, to be written by another thread while training continues. It reuses the memory of
     * the copy before.
     *
     * @param stored the state as the checkpoint stores it
     * @param goldenPrompts what the student answers now; null of a checkpoint
     */
    TrainingStateCopy copy(TrainerState stored, HeldOutSet heldOut, @Nullable GoldenPrompts goldenPrompts) {
        studentCopy.take();
        optimizerCopy.take();
        return new TrainingStateCopy(
                steps(),
                tokenizer.sha256(),
                wording.sha256(),
                studentCopy,
                optimizerCopy,
                stored,
                heldOut.copy(),
                goldenPrompts);
    }

    /** What the student answers to a few held-out prompts; null while none is held out. */
    @Nullable
    GoldenPrompts golden(HeldOutSet heldOut) {
        return golden.record(heldOut.sequences().stream()
                        .map(TokenizedTarget::promptIds)
                        .toList())
                .orElse(null);
    }

    /** How many arrays are in native memory: between two steps always the same number. */
    int arrays() {
        return student.arrays();
    }

    long steps() {
        return optimizer.step();
    }

    TrainerState state() {
        return state;
    }

    DecoderConfig config() {
        return student.config();
    }

    /** The plan between the teacher's tokens and the student's. */
    TransportPlans plans() {
        return plans;
    }

    /** How the student is spoken to. */
    StudentWording wording() {
        return wording;
    }

    TextTokenizer tokenizer() {
        return tokenizer;
    }

    /** The sha256 of the tokenizer, as the identity of a teacher has it. */
    String tokenizerHash() {
        return tokenizer.sha256();
    }

    @Override
    public void close() {
        resources.close();
    }

    private static String initialWeights(Path student) {
        if (!Files.isDirectory(student)) {
            throw new TrainerException("there is no student directory " + student
                    + "; expected a Hugging Face directory with config.json, model.safetensors and tokenizer.json");
        }
        if (AdapterConfig.isIn(student)) {
            throw new TrainerException(
                    "the student " + student + " holds an adapter and no whole model; expected a whole"
                            + " one: stillstream merge-adapter makes it");
        }
        try {
            return WeightFiles.sha256(student);
        } catch (HuggingFaceException e) {
            throw new TrainerException("the student cannot be used: " + e.getMessage(), e);
        }
    }

    private static DecoderConfig decoder(Path directory, Path model) {
        try {
            return DecoderConfig.read(directory, model);
        } catch (HuggingFaceException e) {
            throw new TrainerException("the student cannot be used: " + e.getMessage(), e);
        }
    }

    private static TextTokenizer tokenizer(Path directory, DecoderConfig decoder) {
        try {
            return TextTokenizer.ofDecoder(directory, decoder);
        } catch (HuggingFaceException e) {
            throw new TrainerException("the student cannot be used: " + e.getMessage(), e);
        }
    }
}

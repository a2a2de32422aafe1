package io.stillstream.trainer.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.stillstream.student.batch.MicroBatches;
import io.stillstream.student.batch.StagingBuffer;
import io.stillstream.student.model.Student;
import io.stillstream.student.torchscript.TorchScriptArchive;
import io.stillstream.student.torchscript.TorchScriptModule;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.loss.ActiveTerms;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.loss.LossModules;
import io.stillstream.trainer.loss.TargetNeed;
import io.stillstream.trainer.loss.TermSums;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One optimizer step of a student on a batch. Gradients of micro-batches are added up, then AdamW changes the weights in
 * place. The same student, optimizer and batch give the same bytes, on the same machine with the same number of
 * threads.
 */
public final class TrainingStep implements AutoCloseable {

    private static final List<String> MODULES = List.of("training", "recomputation", "adamw");

    private static final String REPORT = "report";

    private static final long MEBIBYTE = 1 << 20;

    private final Student student;
    private final StudentOptimizer optimizer;
    private final LossConfig loss;
    private final Set<TargetNeed> needs;
    private final MicroBatches microBatches;
    private final long chunkPositions;
    private final StepConfig config;
    private final TorchScriptModule script;
    private final StagingBuffer staging = new StagingBuffer();

    /** As {@link StepConfig#of} has it. */
    public TrainingStep(Student student, StudentOptimizer optimizer, LossConfig loss, int microBatchTokens) {
        this(student, optimizer, loss, StepConfig.of(microBatchTokens));
    }

    public TrainingStep(Student student, StudentOptimizer optimizer, LossConfig loss, StepConfig config) {
        this.student = student;
        this.optimizer = optimizer;
        this.loss = loss;
        this.config = config;
        this.microBatches = new MicroBatches(student.config(), config.microBatchTokens());
        this.needs = loss.needs();
        long row = (long) Float.BYTES * student.config().vocabularySize();
        this.chunkPositions = Math.max(1, config.logitMebibytes() * MEBIBYTE / row);
        this.script = TorchScriptModule.load(archive(student, optimizer.config(), config));
    }

    /**
     * Trains on the batch.
     *
     * @throws TrainerException when the batch does not fit the student; weights and optimizer are as before
     */
    public StepReport step(TrainingBatch batch) {
        List<List<Integer>> parts = divided(batch);
        requireTeacher(batch);
        long next = optimizer.step() + 1;
        double learningRate = optimizer.config().learningRate(next);
        ActiveTerms terms = config.reportsShares(next) ? loss.at(next).withShares() : loss.at(next);
        try (NDManager scope = student.newScope()) {
            NDList gradients = new NDList();
            TermSums sums = accumulate(scope, gradients, batch, parts, terms);
            double norm = apply(scope, gradients, next, learningRate);
            boolean applied = Double.isFinite(norm);
            if (applied) {
                optimizer.advance();
            }
            return new StepReport(
                    optimizer.step(),
                    applied,
                    sums.total(),
                    sums.values(),
                    sums.shares(),
                    norm,
                    learningRate,
                    batch.examples(),
                    batch.labels());
        }
    }

    /**
     * Computes the gradients of a batch as {@link #step} does, and drops them: what it may do to the process is done, and the
     * student is as before.
     *
     * @throws TrainerException when the batch does not fit the student
     */
    public void rehearse(TrainingBatch batch) {
        requireTeacher(batch);
        ActiveTerms terms = loss.at(optimizer.step() + 1);
        try (NDManager scope = student.newScope()) {
            accumulate(scope, new NDList(), batch, divided(batch), terms);
        }
    }

    @Override
    public void close() {
        script.close();
    }

    static TorchScriptArchive archive(Student student, OptimizerConfig optimizer, StepConfig config) {
        Map<String, Object> attributes = new LinkedHashMap<>(optimizer.attributes());
        attributes.put("trained", String.join("\n", student.trainedNames()));
        attributes.put("recompute", config.recompute());
        return LossModules.addTo(student.archive(config.precision(), "training.Training", MODULES, attributes));
    }

    /** An example has its teacher's side in one of its sequences; one without labels and teacher teaches nothing. */
    private void requireTeacher(TrainingBatch batch) {
        for (int i = 0; i < batch.sequences().size(); i++) {
            TrainingSequence sequence = batch.sequences().get(i);
            if (needs.stream().anyMatch(need -> need != TargetNeed.TRANSPORT)
                    && loss.labels() == LossConfig.Labels.RESPONSE
                    && sequence.teacher().isNone()) {
                throw new TrainerException("sequence " + i + " has no teacher columns; expected what "
                        + String.join(", ", loss.terms()) + " read");
            }
            if (!sequence.labelled() && sequence.teacher().isNone()) {
                throw new TrainerException("sequence " + i + " has neither labels nor a teacher to learn from");
            }
        }
    }

    private List<List<Integer>> divided(TrainingBatch batch) {
        return microBatches.divide(
                batch.tokens(), i -> kind(batch.sequences().get(i).teacher()));
    }

    /** Sequences of a micro-batch have equally many of the teacher's columns; those without a teacher come last. */
    private static int kind(TeacherSignal teacher) {
        return teacher.isNone() ? Integer.MAX_VALUE : teacher.columns();
    }

    private NDList zeroGradients(NDManager scope) {
        NDList gradients = new NDList();
        student.shapes().forEach((name, shape) -> gradients.add(gradient(name, scope.zeros(shape))));
        return gradients;
    }

    private static NDArray gradient(String name, NDArray array) {
        array.setName("gradients." + name);
        return array;
    }

    /** Puts the gradients of all micro-batches into an empty list. */
    private TermSums accumulate(
            NDManager scope, NDList gradients, TrainingBatch batch, List<List<Integer>> parts, ActiveTerms terms) {
        TermSums sums = new TermSums(terms);
        for (int part = 0; part < parts.size(); part++) {
            accumulate(scope, gradients, batch, part, parts.get(part), terms, sums);
        }
        return sums;
    }

    /** @param gradients of the micro-batches before; none before the first */
    private void accumulate(
            NDManager scope,
            NDList gradients,
            TrainingBatch batch,
            int part,
            List<Integer> indices,
            ActiveTerms terms,
            TermSums sums) {
        List<TrainingSequence> sequences =
                indices.stream().map(batch.sequences()::get).toList();
        boolean withTeacher = !needs.isEmpty() && !sequences.get(0).teacher().isNone();
        ActiveTerms applicable = withTeacher ? terms : terms.ofLabels();
        if (applicable.isEmpty()) {
            return;
        }
        staging.clear();
        try (NDManager inner = scope.newSubManager()) {
            NDList arguments = student.trainingArguments(inner, optimizer.step() + 1, part);
            arguments.addAll(gradients);
            arguments.addAll(new TrainingCollator(inner, staging, student.config(), sequences)
                    .collate(withTeacher ? needs : Set.of()));
            arguments.addAll(applicable.arguments(inner));
            arguments.add(inner.create(chunkPositions));
            arguments.add(inner.create((double) batch.examples()));
            NDArray report;
            if (gradients.isEmpty()) {
                NDList found = script.call(scope, "begin", arguments);
                report = found.remove(REPORT);
                found.forEach(array -> gradients.add(gradient(array.getName(), array)));
            } else {
                report = script.call(inner, "accumulate", arguments).singletonOrThrow();
            }
            sums.add(report.toFloatArray(), applicable);
        }
    }

    private double apply(NDManager scope, NDList gradients, long step, double learningRate) {
        NDList arguments = new NDList(student.trainedArguments());
        arguments.addAll(gradients.isEmpty() ? zeroGradients(scope) : gradients);
        arguments.addAll(optimizer.momentArguments());
        arguments.add(scope.create(step));
        arguments.add(scope.create(learningRate));
        return script.call(scope, "optimize", arguments).singletonOrThrow().getFloat();
    }
}

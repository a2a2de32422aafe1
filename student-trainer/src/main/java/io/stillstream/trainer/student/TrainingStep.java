package io.stillstream.trainer.student;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.torchscript.TorchScriptArchive;
import io.stillstream.trainer.torchscript.TorchScriptModule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One optimizer step of a student on a batch. Gradients of micro-batches are added up, then AdamW changes the weights in
 * place. The same student, optimizer and batch give the same bytes, on the same machine with the same number of
 * threads.
 */
public final class TrainingStep implements AutoCloseable {

    private static final List<String> MODULES =
            List.of("training", "decoder", "cross_entropy", "multilevelot", "adamw");

    private final Student student;
    private final StudentOptimizer optimizer;
    private final LossConfig loss;
    private final MicroBatches microBatches;
    private final TorchScriptModule script;
    private final StagingBuffer staging = new StagingBuffer();

    /** @param microBatchTokens the most tokens, padding included, whose activations are in memory at once */
    public TrainingStep(Student student, StudentOptimizer optimizer, LossConfig loss, int microBatchTokens) {
        this.student = student;
        this.optimizer = optimizer;
        this.loss = loss;
        this.microBatches = new MicroBatches(student.config(), microBatchTokens);
        this.script = TorchScriptModule.load(archive(student, loss, optimizer.config()));
    }

    /**
     * Trains on the batch.
     *
     * @throws TrainerException when the batch does not fit the student; weights and optimizer are as before
     */
    public StepReport step(TrainingBatch batch) {
        List<List<Integer>> cut = microBatches.cut(batch);
        requireTeacher(batch);
        long next = optimizer.step() + 1;
        double learningRate = optimizer.config().learningRate(next);
        try (NDManager scope = student.newScope()) {
            NDList gradients = zeroGradients(scope);
            double[] terms = new double[loss.terms().size() + 1];
            for (List<Integer> indices : cut) {
                add(terms, accumulate(scope, gradients, batch, indices));
            }
            double norm = apply(scope, gradients, next, learningRate);
            boolean applied = Double.isFinite(norm);
            if (applied) {
                optimizer.advance();
            }
            return new StepReport(
                    optimizer.step(),
                    applied,
                    terms[0],
                    named(terms),
                    norm,
                    learningRate,
                    batch.sequences().size(),
                    batch.labels());
        }
    }

    @Override
    public void close() {
        script.close();
    }

    static TorchScriptArchive archive(Student student, LossConfig loss, OptimizerConfig optimizer) {
        Map<String, Object> attributes = new LinkedHashMap<>(student.attributes());
        attributes.putAll(loss.attributes());
        attributes.putAll(optimizer.attributes());
        return TorchScriptArchive.ofResources("training.Training", MODULES, attributes);
    }

    private void requireTeacher(TrainingBatch batch) {
        if (loss instanceof LossConfig.MultiLevelOt) {
            for (int i = 0; i < batch.sequences().size(); i++) {
                if (batch.sequences().get(i).teacherPositions() == 0) {
                    throw new TrainerException(
                            "sequence " + i + " has no teacher columns; expected them for " + loss.name());
                }
            }
        }
    }

    private NDList zeroGradients(NDManager scope) {
        NDList gradients = new NDList();
        student.shapes().forEach((name, shape) -> {
            NDArray gradient = scope.zeros(shape);
            gradient.setName("gradients." + name);
            gradients.add(gradient);
        });
        return gradients;
    }

    private float[] accumulate(NDManager scope, NDList gradients, TrainingBatch batch, List<Integer> indices) {
        try (NDManager inner = scope.newSubManager()) {
            PaddedBatch padded = new PaddedBatch(
                    inner, staging, indices.stream().map(batch.sequences()::get).toList());
            NDList arguments = new NDList(student.parameterArguments());
            arguments.addAll(gradients);
            arguments.add(padded.ids);
            arguments.add(padded.positions);
            arguments.add(padded.labels);
            arguments.add(padded.sequenceIndices);
            if (loss instanceof LossConfig.MultiLevelOt) {
                arguments.add(padded.steps);
            }
            arguments.add(padded.lengths);
            if (loss instanceof LossConfig.MultiLevelOt) {
                arguments.add(padded.teacher);
                arguments.add(padded.teacherLengths);
            }
            arguments.add(inner.create((float) batch.sequences().size()));
            return script.call(inner, method(), arguments).singletonOrThrow().toFloatArray();
        }
    }

    private double apply(NDManager scope, NDList gradients, long step, double learningRate) {
        NDList arguments = new NDList(student.parameterArguments());
        arguments.addAll(gradients);
        arguments.addAll(optimizer.momentArguments());
        arguments.add(scope.create(step));
        arguments.add(scope.create(learningRate));
        return script.call(scope, "optimize", arguments).singletonOrThrow().getFloat();
    }

    private String method() {
        return loss instanceof LossConfig.MultiLevelOt ? "multilevelot" : "cross_entropy";
    }

    private Map<String, Double> named(double[] terms) {
        Map<String, Double> named = new LinkedHashMap<>();
        for (int i = 0; i < loss.terms().size(); i++) {
            named.put(loss.terms().get(i), terms[i + 1]);
        }
        return named;
    }

    private static void add(double[] sums, float[] values) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += values[i];
        }
    }
}

package io.stillstream.trainer.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.stillstream.student.batch.StagingBuffer;
import io.stillstream.student.model.Student;
import io.stillstream.student.torchscript.TorchScriptModule;
import io.stillstream.trainer.loss.LossModules;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one device computes of a step, with the weights that lie there. For one thread at a time. */
final class StepDevice implements AutoCloseable {

    private static final List<String> MODULES = List.of("training", "recomputation", "adamw");

    private static final String REPORT = "report";

    private static final long MEBIBYTE = 1 << 20;

    private final Student student;
    private final long chunkPositions;
    private final TorchScriptModule script;
    private final StagingBuffer staging = new StagingBuffer();

    StepDevice(Student student, OptimizerConfig optimizer, StepConfig config) {
        this.student = student;
        long row = (long) Float.BYTES * student.config().vocabularySize();
        this.chunkPositions = Math.max(1, config.logitMebibytes() * MEBIBYTE / row);
        this.script = load(student, optimizer, config);
    }

    static TorchScriptModule load(Student student, OptimizerConfig optimizer, StepConfig config) {
        Map<String, Object> attributes = new LinkedHashMap<>(optimizer.attributes());
        attributes.put("trained", String.join("\n", student.trainedNames()));
        attributes.put("recompute", config.recompute());
        return TorchScriptModule.load(
                LossModules.addTo(student.archive(config.precision(), "training.Training", MODULES, attributes)),
                student.device());
    }

    /**
     * Adds a micro-batch's gradients.
     *
     * @param scope owns the gradients
     * @param gradients of the micro-batches before; none before the first
     * @return value and squared gradient norm of each value of its terms
     */
    float[] accumulate(NDManager scope, NDList gradients, MicroBatch part) {
        staging.clear();
        try (NDManager inner = scope.newSubManager()) {
            NDList arguments = student.trainingArguments(inner, part.step(), part.index());
            arguments.addAll(gradients);
            addBatch(arguments, inner, part);
            if (!gradients.isEmpty()) {
                return script.call(inner, "accumulate", arguments)
                        .singletonOrThrow()
                        .toFloatArray();
            }
            NDList found = script.call(scope, "begin", arguments);
            float[] report = found.remove(REPORT).toFloatArray();
            found.forEach(array -> gradients.add(gradient(array.getName(), array)));
            return report;
        }
    }

    /**
     * A micro-batch's gradients by themselves, for another device to {@link #add}.
     *
     * @param scope of this device; owns them
     */
    NDList apart(NDManager scope, MicroBatch part) {
        staging.clear();
        try (NDManager inner = scope.newSubManager()) {
            NDList arguments = student.trainingArguments(inner, part.step(), part.index());
            addBatch(arguments, inner, part);
            NDList found = script.call(scope, "apart", arguments);
            found.forEach(array -> array.setName("parts." + array.getName()));
            return found;
        }
    }

    /**
     * Adds the gradients that another device computed: the same bytes as if {@link #accumulate} had computed them on a device of
     * the same kind.
     *
     * @return as {@link #accumulate} does
     */
    float[] add(NDList gradients, NDList parts, MicroBatch part) {
        try (NDManager inner = student.newScope()) {
            NDList arguments = new NDList(gradients);
            arguments.addAll(parts);
            arguments.add(inner.create((double) part.examples()));
            return script.call(inner, "add", arguments).singletonOrThrow().toFloatArray();
        }
    }

    /** Takes an optimizer step with these gradients; returns their norm. */
    double optimize(NDManager scope, NDList gradients, StudentOptimizer optimizer, long step, double learningRate) {
        NDList arguments = new NDList(student.trainedArguments());
        arguments.addAll(gradients.isEmpty() ? zeroGradients(scope) : gradients);
        arguments.addAll(optimizer.momentArguments());
        arguments.add(scope.create(step));
        arguments.add(scope.create(learningRate));
        return script.call(scope, "optimize", arguments).singletonOrThrow().getFloat();
    }

    /** Copies weights of another device. */
    void take(NDList weights) {
        try (NDManager inner = student.newScope()) {
            NDList arguments = student.parameterArguments();
            for (NDArray weight : weights) {
                // Under another name, without taking the weight's own from it.
                NDArray source = weight.stopGradient();
                source.attach(inner);
                source.setName("source." + weight.getName().substring("params.".length()));
                arguments.add(source);
            }
            script.call(inner, "take", arguments);
        }
    }

    /** A scope of arrays on this device. */
    NDManager newScope() {
        return student.newScope();
    }

    @Override
    public void close() {
        script.close();
    }

    private void addBatch(NDList arguments, NDManager inner, MicroBatch part) {
        arguments.addAll(
                new TrainingCollator(inner, staging, student.config(), part.sequences()).collate(part.needs()));
        arguments.addAll(part.terms().arguments(inner));
        arguments.add(inner.create(chunkPositions));
        arguments.add(inner.create((double) part.examples()));
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
}

package io.stillstream.trainer.step;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.student.Golden;
import io.stillstream.student.batch.StagingBuffer;
import io.stillstream.student.model.Student;
import io.stillstream.student.torchscript.TorchScriptModule;
import io.stillstream.trainer.loss.LossConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The gradient of the cross-entropy as the script that training runs gives it, by the trained weights' names. */
record StepGradients(float loss, Map<String, float[]> byWeight) {

    private static final OptimizerConfig ADAMW =
            new OptimizerConfig(2e-3, 0, 0.9, 0.95, 1e-5, 0.1, 1.0, new LearningRateSchedule.Constant());

    /** Fewer positions than a sequence has, so that their logits are computed twice. */
    private static final long CHUNK = 10;

    private static final double RELATIVE = 1e-3;
    /** Where the gradient is zero but for rounding: a bias of all keys does not change any softmax. */
    private static final double ROUNDING = 1e-6;

    /** Asserts that each is the golden {@code gradient.} of its name, behind the prefix of names in the file. */
    void assertNear(SafetensorsReader golden, String prefix) {
        byWeight.forEach((weight, gradient) -> {
            float[] expected = golden.floats("gradient." + prefix + weight);
            double largest = Golden.maximumDifference(expected, new float[expected.length]);
            assertThat(Golden.maximumDifference(gradient, expected))
                    .as(weight)
                    .isLessThan(RELATIVE * largest + ROUNDING);
        });
    }

    static StepGradients of(Student student, List<TrainingSequence> sequences, StepConfig config) {
        try (NDManager scope = student.newScope();
                TorchScriptModule script = StepDevice.load(student, ADAMW, config)) {
            NDList gradients = new NDList();
            student.shapes().forEach((weight, shape) -> {
                NDArray gradient = scope.zeros(shape);
                gradient.setName("gradients." + weight);
                gradients.add(gradient);
            });
            NDList arguments = new NDList(student.parameterArguments());
            arguments.addAll(gradients);
            arguments.addAll(
                    new TrainingCollator(scope, new StagingBuffer(), student.config(), sequences).collate(Set.of()));
            arguments.addAll(LossConfig.crossEntropyAlone().at(1).arguments(scope));
            arguments.add(scope.create(CHUNK));
            arguments.add(scope.create((double) sequences.size()));
            float loss = script.call(scope, "accumulate", arguments)
                    .singletonOrThrow()
                    .toFloatArray()[0];
            Map<String, float[]> byWeight = new LinkedHashMap<>();
            gradients.forEach(gradient ->
                    byWeight.put(gradient.getName().substring("gradients.".length()), gradient.toFloatArray()));
            return new StepGradients(loss, byWeight);
        }
    }
}

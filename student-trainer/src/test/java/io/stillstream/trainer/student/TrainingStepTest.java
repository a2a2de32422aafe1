package io.stillstream.trainer.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import io.stillstream.contract.huggingface.SafetensorsReader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingStepTest {

    private static final OptimizerConfig ADAMW =
            new OptimizerConfig(1e-2, 2, 0.9, 0.95, 1e-8, 0.1, 1.0, new LearningRateSchedule.Constant());

    @ParameterizedTest
    @ValueSource(ints = {1, 12, 1000})
    void step_crossEntropy_asTransformersAndTorchAdamW(int microBatchTokens) {
        try (SafetensorsReader golden = Golden.open("tiny-llama");
                Student student = Student.load(Golden.tinyLlama());
                StudentOptimizer optimizer = StudentOptimizer.fresh(student, ADAMW);
                TrainingStep training =
                        new TrainingStep(student, optimizer, LossConfig.crossEntropy(), microBatchTokens)) {
            float[] losses = golden.floats("loss");
            float[] norms = golden.floats("norm");
            for (int i = 0; i < losses.length; i++) {
                StepReport report = training.step(Golden.batch(golden));
                assertThat(report.total()).isCloseTo(losses[i], within(1e-4));
                assertThat(report.terms()).containsOnlyKeys("cross_entropy");
                assertThat(report.gradientNorm()).isCloseTo(norms[i], within(1e-3));
                assertThat(report.step()).isEqualTo(i + 1);
                assertThat(report.learningRate()).isEqualTo(i == 0 ? 0.5e-2 : 1e-2);
                assertThat(report.tokens()).isEqualTo(14);
            }
            for (NDArray parameter : student.parameterArguments()) {
                String name = parameter.getName().substring("params.".length());
                assertThat(Golden.maximumDifference(parameter.toFloatArray(), golden.floats("after." + name)))
                        .as(name)
                        .isLessThan(1e-4);
            }
        }
    }
}

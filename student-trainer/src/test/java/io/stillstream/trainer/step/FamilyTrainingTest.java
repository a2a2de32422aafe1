package io.stillstream.trainer.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.student.FamilyGolden;
import io.stillstream.student.Golden;
import io.stillstream.student.batch.TokenSequence;
import io.stillstream.student.model.Precision;
import io.stillstream.student.model.Student;
import io.stillstream.student.torchscript.TorchDevices;
import io.stillstream.trainer.loss.LossConfig;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients and steps of every decoder family, through the script that training runs, against transformers and torch. */
class FamilyTrainingTest {

    private static final OptimizerConfig ADAMW =
            new OptimizerConfig(2e-3, 0, 0.9, 0.95, 1e-5, 0.1, 1.0, new LearningRateSchedule.Constant());
    private static final LossConfig LOSS = LossConfig.crossEntropyAlone();

    private static final double BFLOAT16 = 0.1;
    private static final double BFLOAT16_ROUNDING = 1e-3;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @MethodSource("io.stillstream.student.FamilyGolden#all")
    void accumulate_paddedBatch_isTheGradientOfTransformers(String name) {
        try (SafetensorsReader golden = FamilyGolden.open(name);
                Student student = Student.load(FamilyGolden.model(name, directory.resolve("model")))) {
            StepGradients found = StepGradients.of(student, sequences(name, golden), StepConfig.of(1000));

            assertThat((double) found.loss()).isCloseTo(golden.floats("loss")[0], within(1e-4));
            found.assertNear(golden, "");
        }
    }

    @ParameterizedTest
    @MethodSource("io.stillstream.student.FamilyGolden#families")
    void accumulate_blocksComputedAgain_isEqualToTheBit(String name) {
        try (SafetensorsReader golden = FamilyGolden.open(name);
                Student student = Student.load(FamilyGolden.model(name, directory.resolve("model")))) {
            List<TrainingSequence> sequences = sequences(name, golden);
            StepGradients kept = StepGradients.of(student, sequences, StepConfig.of(1000));
            StepGradients again = StepGradients.of(
                    student, sequences, new StepConfig(1000, 64, Precision.FP32, true, 1, TorchDevices.cpu()));

            assertThat(again.loss()).isEqualTo(kept.loss());
            again.byWeight()
                    .forEach((weight, gradient) -> assertThat(gradient)
                            .as(weight)
                            .containsExactly(kept.byWeight().get(weight)));
        }
    }

    /**
     * A factor that is rounded to bfloat16 is off by 2⁻⁹ of it at most, and so is what a product gives; a gradient has gone through
     * some ten of them one after another, and its largest number stands for all. With an encoder it has gone through twice as many,
     * and T5's scores and their roundings are √6 times as large, since they are not divided by the root of a head's width.
     */
    @ParameterizedTest
    @MethodSource("io.stillstream.student.FamilyGolden#families")
    void accumulate_productsInBfloat16_isNearTheGradient(String name) {
        try (SafetensorsReader golden = FamilyGolden.open(name);
                Student student = Student.load(FamilyGolden.model(name, directory.resolve("model")))) {
            StepGradients found = StepGradients.of(
                    student,
                    sequences(name, golden),
                    new StepConfig(1000, 64, Precision.BF16, false, 1, TorchDevices.cpu()));
            double share = student.config().encodesPrompts() ? 2 * Math.sqrt(6) * BFLOAT16 : BFLOAT16;

            assertThat((double) found.loss())
                    .isCloseTo(golden.floats("loss")[0], within(0.02))
                    .isNotEqualTo(golden.floats("loss")[0]);
            found.byWeight().forEach((weight, gradient) -> {
                float[] expected = golden.floats("gradient." + weight);
                double largest = Golden.maximumDifference(expected, new float[expected.length]);
                assertThat(Golden.maximumDifference(gradient, expected))
                        .as(weight)
                        .isLessThan(share * largest + BFLOAT16_ROUNDING);
            });
        }
    }

    @ParameterizedTest
    @MethodSource("io.stillstream.student.FamilyGolden#families")
    void step_tenTimes_isTorchAdamW(String name) {
        try (SafetensorsReader golden = FamilyGolden.open(name);
                Student student = Student.load(FamilyGolden.model(name, directory.resolve("model")));
                StudentOptimizer optimizer = StudentOptimizer.fresh(student, ADAMW);
                TrainingStep training = new TrainingStep(student, optimizer, LOSS, 1000)) {
            TrainingBatch batch = new TrainingBatch(sequences(name, golden).toArray(TrainingSequence[]::new));
            for (float loss : golden.floats("loss")) {
                assertThat(training.step(batch).total()).isCloseTo(loss, within(1e-4));
            }
            assertThat(optimizer.step()).isEqualTo(10);
            for (NDArray parameter : student.parameterArguments()) {
                String weight = parameter.getName().substring("params.".length());
                assertThat(Golden.maximumDifference(parameter.toFloatArray(), golden.floats("after." + weight)))
                        .as(weight)
                        .isLessThan(1e-4);
            }
        }
    }

    private static List<TrainingSequence> sequences(String name, SafetensorsReader golden) {
        return FamilyGolden.batch(name, golden).stream()
                .map(FamilyTrainingTest::sequence)
                .toList();
    }

    private static TrainingSequence sequence(TokenSequence tokens) {
        return new TrainingSequence(tokens, true, TeacherSignal.none());
    }
}

package io.stillstream.trainer.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.student.FamilyGolden;
import io.stillstream.student.Golden;
import io.stillstream.student.batch.StagingBuffer;
import io.stillstream.student.batch.TokenSequence;
import io.stillstream.student.model.Student;
import io.stillstream.student.torchscript.TorchScriptModule;
import io.stillstream.trainer.loss.LossConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients and steps of every decoder family, through the script that training runs, against transformers and torch. */
class FamilyTrainingTest {

    private static final OptimizerConfig ADAMW =
            new OptimizerConfig(2e-3, 0, 0.9, 0.95, 1e-5, 0.1, 1.0, new LearningRateSchedule.Constant());
    private static final LossConfig LOSS = LossConfig.crossEntropyAlone();

    private static final double RELATIVE = 1e-3;
    /** Where the gradient is zero but for rounding: a bias of all keys does not change any softmax. */
    private static final double ROUNDING = 1e-6;

    /** Fewer positions than a sequence has, so that their logits are computed twice. */
    private static final long CHUNK = 10;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @MethodSource("io.stillstream.student.FamilyGolden#all")
    void accumulate_paddedBatch_isTheGradientOfTransformers(String name) {
        try (SafetensorsReader golden = FamilyGolden.open(name);
                Student student = Student.load(FamilyGolden.model(name, directory.resolve("model")));
                NDManager scope = student.newScope();
                TorchScriptModule script = TorchScriptModule.load(TrainingStep.archive(student, ADAMW))) {
            List<TrainingSequence> sequences = sequences(golden);
            NDList gradients = new NDList();
            student.shapes().forEach((weight, shape) -> {
                NDArray gradient = scope.zeros(shape);
                gradient.setName("gradients." + weight);
                gradients.add(gradient);
            });
            NDList arguments = new NDList(student.parameterArguments());
            arguments.addAll(gradients);
            arguments.addAll(new TrainingCollator(scope, new StagingBuffer(), sequences).collate(Set.of()));
            arguments.addAll(LOSS.at(1).arguments(scope));
            arguments.add(scope.create(CHUNK));
            arguments.add(scope.create((double) sequences.size()));

            float[] report = script.call(scope, "accumulate", arguments)
                    .singletonOrThrow()
                    .toFloatArray();

            assertThat((double) report[0]).isCloseTo(golden.floats("loss")[0], within(1e-4));
            for (NDArray gradient : gradients) {
                String weight = gradient.getName().substring("gradients.".length());
                float[] expected = golden.floats("gradient." + weight);
                double largest = Golden.maximumDifference(expected, new float[expected.length]);
                assertThat(Golden.maximumDifference(gradient.toFloatArray(), expected))
                        .as(weight)
                        .isLessThan(RELATIVE * largest + ROUNDING);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.stillstream.student.FamilyGolden#families")
    void step_tenTimes_isTorchAdamW(String name) {
        try (SafetensorsReader golden = FamilyGolden.open(name);
                Student student = Student.load(FamilyGolden.model(name, directory.resolve("model")));
                StudentOptimizer optimizer = StudentOptimizer.fresh(student, ADAMW);
                TrainingStep training = new TrainingStep(student, optimizer, LOSS, 1000)) {
            TrainingBatch batch = new TrainingBatch(sequences(golden).toArray(TrainingSequence[]::new));
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

    private static List<TrainingSequence> sequences(SafetensorsReader golden) {
        return FamilyGolden.batch(golden).stream()
                .map(FamilyTrainingTest::sequence)
                .toList();
    }

    private static TrainingSequence sequence(TokenSequence tokens) {
        return new TrainingSequence(tokens, true, TeacherSignal.none());
    }
}

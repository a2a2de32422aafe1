package io.stillstream.trainer.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import io.stillstream.huggingface.adapter.AdapterConfig;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.student.AdapterGolden;
import io.stillstream.student.FamilyGolden;
import io.stillstream.student.Golden;
import io.stillstream.student.lora.LoraConfig;
import io.stillstream.student.model.Precision;
import io.stillstream.student.model.Student;
import io.stillstream.student.torchscript.TorchDevices;
import io.stillstream.trainer.loss.LossConfig;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Steps of adapters against PEFT and torch, and repeated with dropout. */
class AdapterTrainingTest {

    private static final OptimizerConfig ADAMW =
            new OptimizerConfig(2e-3, 0, 0.9, 0.95, 1e-5, 0.1, 1.0, new LearningRateSchedule.Constant());
    private static final LossConfig LOSS = LossConfig.crossEntropyAlone();
    private static final double TOLERANCE = 1e-4;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @MethodSource("io.stillstream.student.AdapterGolden#all")
    void accumulate_paddedBatch_isTheGradientOfPeft(String name) {
        try (SafetensorsReader golden = AdapterGolden.open(name);
                Student student = student(name, AdapterGolden.config(name))) {
            StepGradients found = StepGradients.of(student, sequences(name), StepConfig.of(1000));

            assertThat(found.byWeight().keySet()).containsExactlyInAnyOrderElementsOf(student.trainedNames());
            found.assertNear(golden, AdapterConfig.PREFIX);
        }
    }

    @ParameterizedTest
    @MethodSource("io.stillstream.student.AdapterGolden#all")
    void step_tenTimes_isPeftAndTorchAdamW(String name) {
        try (SafetensorsReader golden = AdapterGolden.open(name);
                Student student = student(name, AdapterGolden.config(name));
                StudentOptimizer optimizer = StudentOptimizer.fresh(student, ADAMW);
                TrainingStep training = new TrainingStep(student, optimizer, LOSS, 1000)) {
            Map<String, float[]> frozen = weights(student);
            frozen.keySet().removeAll(student.trainedNames());
            for (float loss : golden.floats("loss")) {
                assertThat(training.step(batch(name)).total()).isCloseTo(loss, within(TOLERANCE));
            }
            Map<String, float[]> after = weights(student);
            for (String weight : student.trainedNames()) {
                assertThat(Golden.maximumDifference(
                                after.get(weight), golden.floats("after." + AdapterConfig.PREFIX + weight)))
                        .as(weight)
                        .isLessThan(TOLERANCE);
            }
            frozen.forEach((weight, numbers) ->
                    assertThat(after.get(weight)).as(weight).containsExactly(numbers));
        }
    }

    @Test
    void step_blocksComputedAgainWithDropout_isEqualToTheBit() {
        Map<String, float[]> kept = afterSteps(0.3, 5, false, 3);
        Map<String, float[]> again = afterSteps(0.3, 5, true, 3);
        again.forEach((weight, numbers) -> assertThat(numbers).as(weight).containsExactly(kept.get(weight)));
    }

    @Test
    void step_dropout_isThatOfTheSeed() {
        String weight = "model.layers.0.self_attn.q_proj.lora_A.weight";
        float[] one = afterSteps(0.3, 5, false, 1).get(weight);
        assertThat(afterSteps(0.3, 6, false, 1).get(weight)).isNotEqualTo(one);
        assertThat(afterSteps(0, 5, false, 1).get(weight)).isNotEqualTo(one);
        assertThat(afterSteps(0.3, 5, false, 1).get(weight)).isEqualTo(one);
    }

    @Test
    void restore_betweenStepsWithDropout_goesOnToTheSameBytes() throws IOException {
        Map<String, float[]> expected = afterSteps(0.3, 5, false, 4);
        LoraConfig lora = lora(0.3, 5);
        Path saved = directory.resolve("saved");
        Path moments = directory.resolve("moments");
        try (Student student = student("llama", lora);
                StudentOptimizer optimizer = StudentOptimizer.fresh(student, ADAMW);
                TrainingStep training = new TrainingStep(student, optimizer, LOSS, 20)) {
            training.step(batch("llama"));
            training.step(batch("llama"));
            student.save(saved);
            try (FileChannel channel = FileChannel.open(moments, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                optimizer.save(channel);
            }
        }
        try (Student student = Student.load(saved, directory.resolve("base"), lora, null, List.of());
                StudentOptimizer optimizer = StudentOptimizer.restore(student, ADAMW, moments);
                TrainingStep training = new TrainingStep(student, optimizer, LOSS, 20)) {
            training.step(batch("llama"));
            training.step(batch("llama"));
            weights(student)
                    .forEach((weight, numbers) -> assertThat(numbers).as(weight).containsExactly(expected.get(weight)));
        }
    }

    private Map<String, float[]> afterSteps(double dropout, int seed, boolean recompute, int steps) {
        try (Student student = student("llama", lora(dropout, seed));
                StudentOptimizer optimizer = StudentOptimizer.fresh(student, ADAMW);
                TrainingStep training = new TrainingStep(student, optimizer, LOSS, config(recompute))) {
            for (int i = 0; i < steps; i++) {
                training.step(batch("llama"));
            }
            return weights(student);
        }
    }

    /** Micro-batches of one sequence. */
    private static StepConfig config(boolean recompute) {
        return new StepConfig(20, StepConfig.DEFAULT_LOGIT_MEBIBYTES, Precision.FP32, recompute, 0, TorchDevices.cpu());
    }

    private static LoraConfig lora(double dropout, int seed) {
        return new LoraConfig(4, 8, dropout, List.of(LoraConfig.ALL_LINEAR), List.of(), true, seed);
    }

    private Student student(String name, LoraConfig lora) {
        Path adapter = directory.resolve("adapter");
        if (!adapter.toFile().exists()) {
            AdapterGolden.adapter(name, directory);
        }
        return Student.load(adapter, directory.resolve("base"), lora, null, List.of());
    }

    private static Map<String, float[]> weights(Student student) {
        Map<String, float[]> weights = new LinkedHashMap<>();
        for (NDArray weight : student.parameterArguments()) {
            String name = weight.getName().substring("params.".length());
            if (!name.equals("lora.scaling")) {
                weights.put(name, weight.toFloatArray());
            }
        }
        return weights;
    }

    private static TrainingBatch batch(String name) {
        return new TrainingBatch(sequences(name).toArray(TrainingSequence[]::new));
    }

    private static List<TrainingSequence> sequences(String name) {
        try (SafetensorsReader ids = FamilyGolden.open(AdapterGolden.family(name))) {
            return FamilyGolden.batch(AdapterGolden.family(name), ids).stream()
                    .map(tokens -> new TrainingSequence(tokens, true, TeacherSignal.none()))
                    .toList();
        }
    }
}

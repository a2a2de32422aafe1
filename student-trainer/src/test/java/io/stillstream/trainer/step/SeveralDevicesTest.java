package io.stillstream.trainer.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.file.Digests;
import io.stillstream.student.FamilyGolden;
import io.stillstream.student.lora.LoraConfig;
import io.stillstream.student.model.Precision;
import io.stillstream.student.model.Student;
import io.stillstream.student.torchscript.TorchDevices;
import io.stillstream.trainer.loss.LossConfig;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Micro-batches that several devices compute. The CPU is two or three devices here, each with its weights and its thread. */
final class SeveralDevicesTest {

    private static final OptimizerConfig ADAMW = OptimizerConfig.of(1e-2, 2);
    private static final int STEPS = 3;

    @TempDir
    private Path directory;

    /** With an embedding that is the LM head, with one that is not, with an encoder; and where adapters drop numbers. */
    @ParameterizedTest
    @CsvSource({
        "gemma3, FP32, false, 0",
        "llama, FP32, true, 0",
        "gpt2, BF16, false, 0",
        "mt5, FP32, true, 0",
        "t5, FP32, true, 0",
        "qwen2, FP32, false, 2"
    })
    void step_severalDevices_givesTheBytesOfOne(String family, Precision precision, boolean recompute, int rank)
            throws IOException {
        FamilyGolden.model(family, directory.resolve("model"));
        StepConfig one = StepConfig.of(40).with(Map.of("precision", precision, "recompute", recompute));
        List<StepReport> expectedReports = new ArrayList<>();
        List<StepReport> reports = new ArrayList<>();
        String expected = train(one, rank, expectedReports);
        for (String devices : List.of("cpu,cpu", "cpu,cpu,cpu")) {
            reports.clear();
            assertThat(train(one.with(Map.of("devices", TorchDevices.parse("device", devices))), rank, reports))
                    .isEqualTo(expected);
            assertThat(reports).isEqualTo(expectedReports);
        }
        assertThat(expectedReports).hasSize(STEPS).allMatch(StepReport::applied);
    }

    @Test
    void step_deviceThatFails_endsTheStepAndLeavesTheStudent() {
        FamilyGolden.model("gemma3", directory.resolve("model"));
        StepConfig two = StepConfig.of(40).with(Map.of("devices", TorchDevices.parse("device", "cpu,cpu")));
        try (Student student = Student.load(directory.resolve("model"));
                StudentOptimizer optimizer = StudentOptimizer.fresh(student, ADAMW);
                TrainingStep training = new TrainingStep(student, optimizer, LossConfig.crossEntropyAlone(), two)) {
            training.step(batch(student, 1));
            int arrays = student.arrays();
            int beyond = student.config().vocabularySize() + 7;
            List<TrainingSequence> sequences = new ArrayList<>(batch(student, 2).sequences());
            sequences.set(3, sequence(beyond, beyond, beyond, beyond, beyond, beyond));
            assertThatThrownBy(() -> training.step(new TrainingBatch(sequences)))
                    .isInstanceOf(RuntimeException.class);
            assertThat(student.arrays()).isEqualTo(arrays);
            assertThat(training.step(batch(student, 3)).applied()).isTrue();
        }
    }

    /** The sha256 of the weights and moments after some steps. */
    private String train(StepConfig config, int rank, List<StepReport> reports) throws IOException {
        Path model = directory.resolve("model");
        LoraConfig lora = rank == 0
                ? LoraConfig.none()
                : new LoraConfig(rank, 16, 0.2, List.of(LoraConfig.ALL_LINEAR), List.of(), false, 5);
        Path trained = directory.resolve("trained");
        Path moments = directory.resolve("moments");
        try (Student student = Student.load(model, model, lora, null, List.of());
                StudentOptimizer optimizer = StudentOptimizer.fresh(student, ADAMW);
                TrainingStep training = new TrainingStep(student, optimizer, LossConfig.crossEntropyAlone(), config)) {
            for (int step = 0; step < STEPS; step++) {
                reports.add(training.step(batch(student, step)));
            }
            student.save(trained);
            try (FileChannel file = FileChannel.open(
                    moments,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                optimizer.save(file);
            }
        }
        Path weights = trained.resolve(rank == 0 ? "model.safetensors" : "adapter_model.safetensors");
        assertThat(Files.size(weights)).isPositive();
        return Digests.sha256(weights) + Digests.sha256(moments);
    }

    /** Sequences of several lengths: seven micro-batches or more, which two and three devices do not share evenly. */
    private static TrainingBatch batch(Student student, int seed) {
        Random random = new Random(seed);
        List<TrainingSequence> sequences = new ArrayList<>();
        for (int i = 0; i < 14; i++) {
            sequences.add(sequence(
                    random.ints(6 + random.nextInt(12), 3, student.config().vocabularySize())
                            .toArray()));
        }
        return new TrainingBatch(sequences);
    }

    private static TrainingSequence sequence(int... ids) {
        return TrainingSequence.withoutTeacher(ids, 3, ids.length - 3);
    }
}

package io.stillstream.huggingface.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WeightFilesTest {

    private static final List<TensorData> TENSORS = List.of(
            TensorData.ofFloats("a", new float[] {1, 2}, 2),
            TensorData.ofFloats("b", new float[] {3, 4, 5, 6}, 4),
            TensorData.ofFloats("c", new float[] {7}, 1),
            TensorData.ofFloats("d", new float[] {8}, 1));

    @TempDir
    private Path directory;

    @Test
    void write_moreThanAShardHolds_isDividedAndReadAsOne() throws IOException {
        WeightFiles.write(ModelOutput.to(directory), TENSORS, Map.of(), 12);

        assertThat(WeightFiles.of(directory).stream().map(file -> String.valueOf(file.getFileName())))
                .containsExactly(
                        "model-00001-of-00003.safetensors",
                        "model-00002-of-00003.safetensors",
                        "model-00003-of-00003.safetensors");
        assertThat(Files.readString(directory.resolve("model.safetensors.index.json")))
                .contains("\"total_size\" : 32")
                .contains("\"d\" : \"model-00003-of-00003.safetensors\"");
        try (SafetensorsReader reader = SafetensorsReader.ofModel(directory)) {
            assertThat(reader.floats("a")).containsExactly(1, 2);
            assertThat(reader.floats("b")).containsExactly(3, 4, 5, 6);
            assertThat(reader.floats("d")).containsExactly(8);
        }

        WeightFiles.remove(directory);
        WeightFiles.write(ModelOutput.to(directory), TENSORS);
        assertThat(WeightFiles.of(directory)).containsExactly(directory.resolve(WeightFiles.WHOLE));
    }

    /** Whatever digits the user's language has: transformers knows one set of names. */
    @Test
    void write_localeWithOtherDigits_givesTheSameNames() throws IOException {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("fa"));
        try {
            WeightFiles.write(ModelOutput.to(directory), TENSORS, Map.of(), 12);
        } finally {
            Locale.setDefault(before);
        }
        assertThat(directory.resolve("model-00002-of-00003.safetensors")).exists();
    }

    @Test
    void ofModel_tensorThatTheIndexNamesAndNoShardHas_isRefused() throws IOException {
        WeightFiles.write(ModelOutput.to(directory), TENSORS, Map.of(), 12);
        Path index = directory.resolve("model.safetensors.index.json");
        Files.writeString(index, Files.readString(index).replace("\"a\"", "\"ghost\""));

        assertThatThrownBy(() -> SafetensorsReader.ofModel(directory))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessage(
                        index + " names the tensor 'ghost' of the shard model-00001-of-00003.safetensors; expected it"
                                + " in one of the shards");
    }

    @Test
    void writeWidened_otherTypeBefore_isRemembered() throws IOException {
        WeightFiles.writeWidened(ModelOutput.to(directory), TENSORS, Map.of("a", Dtype.BF16, "b", Dtype.F32));
        try (SafetensorsReader reader = SafetensorsReader.ofModel(directory)) {
            assertThat(reader.storedAs("a")).isEqualTo(Dtype.BF16);
            assertThat(reader.tensor("a").dtype()).isEqualTo(Dtype.F32);
            assertThat(reader.storedAs("b")).isEqualTo(Dtype.F32);
        }
    }

    /** Each value as torch.tensor(value).to(dtype) rounds it, in PyTorch 2.13. */
    @Test
    void as_halfPrecision_roundsToNearestEven() {
        float[] values = {
            1f, 1.0039062f, 1.0117188f, -3.1415927f, 65504f, 1e-8f, 3.0e-6f, 1e-40f, -0f, Float.POSITIVE_INFINITY
        };
        assertThat(narrowed(Dtype.BF16, values))
                .containsExactly(0x3f80, 0x3f80, 0x3f82, 0xc049, 0x4780, 0x322c, 0x3649, 0x0001, 0x8000, 0x7f80);
        assertThat(narrowed(Dtype.F16, values))
                .containsExactly(0x3c00, 0x3c04, 0x3c0c, 0xc248, 0x7bff, 0x0000, 0x0032, 0x0000, 0x8000, 0x7c00);
    }

    @Test
    void as_valueThatTheTypeCannotHold_isNamed() {
        TensorData large = TensorData.ofFloats("large", new float[] {70_000}, 1).as(Dtype.F16);
        assertThatThrownBy(() -> large.slices().iterator().next())
                .isInstanceOf(HuggingFaceException.class)
                .hasMessage("tensor large holds 70000.0, which is too large for F16, the type that the model came in");
    }

    private static int[] narrowed(Dtype dtype, float[] values) {
        ByteBuffer bytes = TensorData.ofFloats("x", values, values.length)
                .as(dtype)
                .slices()
                .iterator()
                .next();
        int[] halves = new int[values.length];
        for (int i = 0; i < halves.length; i++) {
            halves[i] = Short.toUnsignedInt(bytes.getShort(2 * i));
        }
        return halves;
    }
}

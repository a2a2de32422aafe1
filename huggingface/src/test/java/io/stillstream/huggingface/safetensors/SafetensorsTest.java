package io.stillstream.huggingface.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.huggingface.HuggingFaceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SafetensorsTest {

    @TempDir
    private Path directory;

    @Test
    void floats_everyFloatType_isWidened() {
        Path file = directory.resolve("model.safetensors");
        SafetensorsWriter.write(
                file,
                List.of(
                        TensorData.ofFloats("b", new float[] {1f, -2.5f, 3e-40f}, 3),
                        new TensorData(new TensorInfo("a", Dtype.F16, 1, 2), shorts(0x3c00, 0xc100)),
                        new TensorData(new TensorInfo("c", Dtype.BF16, 2), shorts(0x3f80, 0xc020))),
                Map.of("format", "pt"));
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertThat(reader.tensors().keySet()).containsExactly("b", "a", "c");
            assertThat(reader.tensors().get("a").shape()).containsExactly(1L, 2L);
            assertThat(reader.floats("b")).containsExactly(1f, -2.5f, 3e-40f);
            assertThat(reader.floats("a")).containsExactly(1f, -2.5f);
            assertThat(reader.floats("c")).containsExactly(1f, -2.5f);
        }
    }

    @Test
    void write_sameTensors_sameBytes() throws IOException {
        List<TensorData> tensors = List.of(TensorData.ofFloats("x", new float[] {1, 2, 3, 4}, 2, 2));
        SafetensorsWriter.write(directory.resolve("1"), tensors, Map.of());
        SafetensorsWriter.write(directory.resolve("2"), tensors, Map.of());
        assertThat(directory.resolve("1")).hasSameBinaryContentAs(directory.resolve("2"));
        assertThat(Files.size(directory.resolve("1")) % 8).isZero();
    }

    @Test
    void open_truncatedFile_isRefused() throws IOException {
        Path file = directory.resolve("whole");
        SafetensorsWriter.write(file, List.of(TensorData.ofFloats("x", new float[] {1, 2}, 2)), Map.of());
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Path cut = Files.write(directory.resolve("cut"), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> SafetensorsReader.open(cut)).isInstanceOf(HuggingFaceException.class);
        }
    }

    @Test
    void ofModel_shards_areReadAsOne() throws IOException {
        TensorData first = TensorData.ofFloats("x", new float[] {1, 2}, 2);
        TensorData second = TensorData.ofFloats("y", new float[] {3}, 1);
        SafetensorsWriter.write(directory.resolve("model-00001-of-00002.safetensors"), List.of(first), Map.of());
        Path last = directory.resolve("model-00002-of-00002.safetensors");
        SafetensorsWriter.write(last, List.of(second), Map.of());
        Path index = directory.resolve("model.safetensors.index.json");
        Files.writeString(index, """
                {"metadata": {"total_size": 12}, "weight_map": {
                  "x": "model-00001-of-00002.safetensors", "y": "model-00002-of-00002.safetensors"}}
                """);
        try (SafetensorsReader reader = SafetensorsReader.ofModel(directory)) {
            assertThat(reader.floats("x")).containsExactly(1, 2);
            assertThat(reader.floats("y")).containsExactly(3);
        }
        String digest = WeightFiles.sha256(directory);
        SafetensorsWriter.write(last, List.of(TensorData.ofFloats("y", new float[] {4}, 1)), Map.of());
        assertThat(WeightFiles.sha256(directory)).isNotEqualTo(digest);

        Files.delete(last);
        assertThatThrownBy(() -> SafetensorsReader.ofModel(directory))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining("the shard model-00002-of-00002.safetensors is missing from " + directory);
        Files.writeString(index, "{\"weight_map\": {\"x\": \"../model.safetensors\"}}");
        assertThatThrownBy(() -> SafetensorsReader.ofModel(directory))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining("names the shard '../model.safetensors'");
    }

    @Test
    void ofModel_noSafetensors_namesWhatIsExpected() throws IOException {
        Path model = Files.createDirectory(directory.resolve("pickled"));
        Files.createFile(model.resolve("pytorch_model.bin"));
        assertThatThrownBy(() -> SafetensorsReader.ofModel(model))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining("expected model.safetensors")
                .hasMessageContaining("pytorch_model.bin is there, which is not read. This converts it: python -c ")
                .hasMessageContaining("d = '" + model + "'");
    }

    @Test
    void open_missingFile_namesIt() {
        assertThatThrownBy(() -> SafetensorsReader.open(directory.resolve("none.safetensors")))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining("none.safetensors");
    }

    private static ByteBuffer shorts(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(values).forEach(value -> bytes.putShort((short) value));
        return bytes.flip();
    }
}

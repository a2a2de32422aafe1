package io.stillstream.student.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.huggingface.safetensors.SafetensorsWriter;
import io.stillstream.huggingface.safetensors.TensorData;
import io.stillstream.huggingface.safetensors.TensorSlice;
import io.stillstream.student.torchscript.TorchEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tensor of two slices whose border lies within a row, and one of a single slice. */
final class TensorArraysTest {

    private static final int COLUMNS = 1001;
    private static final int ROWS = TensorSlice.MAXIMUM_SIZE / Float.BYTES / COLUMNS + 2;

    @TempDir
    private Path directory;

    private Path file;
    private float[] values;

    @BeforeEach
    void writeTensors() {
        file = directory.resolve("tensors.safetensors");
        values = new float[ROWS * COLUMNS];
        var random = new Random(3);
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        SafetensorsWriter.write(
                file,
                List.of(
                        TensorData.ofFloats("large", values, ROWS, COLUMNS),
                        TensorData.ofFloats("small", new float[] {1, 2, 3, 4, 5, 6}, 2, 3)),
                Map.of());
    }

    @Test
    void create_tensorOfSeveralSlices_hasItsShapeAndNumbers() {
        try (NDManager scope = TorchEngine.newScope();
                SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertThat(reader.tensor("large").slices()).hasSize(2);
            NDArray large = TensorArrays.create(scope, reader, "large");
            assertThat(large.getShape()).isEqualTo(new Shape(ROWS, COLUMNS));
            assertThat(large.toFloatArray()).isEqualTo(values);
            assertThat(scope.getManagedArrays()).hasSize(1);
        }
    }

    @Test
    void data_ofArrays_isTheSameFile() throws IOException {
        Path copy = directory.resolve("copy.safetensors");
        try (NDManager scope = TorchEngine.newScope();
                SafetensorsReader reader = SafetensorsReader.open(file)) {
            List<TensorData> tensors = reader.tensors().keySet().stream()
                    .map(name -> TensorArrays.data(name, TensorArrays.create(scope, reader, name)))
                    .toList();
            SafetensorsWriter.write(copy, tensors, Map.of());
            assertThat(scope.getManagedArrays()).hasSize(2);
        }
        assertThat(Files.mismatch(file, copy)).isEqualTo(-1);
    }

    @Test
    void take_whileArraysChangeAfterwards_keepsTheNumbers() throws IOException {
        Path copy = directory.resolve("copy.safetensors");
        try (NDManager scope = TorchEngine.newScope();
                SafetensorsReader reader = SafetensorsReader.open(file)) {
            NDArray large = TensorArrays.create(scope, reader, "large");
            NDArray small = TensorArrays.create(scope, reader, "small");
            try (var tensors = new TensorCopy(Map.of("large", large))) {
                tensors.take();
                tensors.take();
                large.muli(2);
                SafetensorsWriter.write(
                        copy, List.of(tensors.tensors().get(0), TensorArrays.data("small", small)), Map.of());
            }
            assertThat(scope.getManagedArrays()).hasSize(2);
        }
        assertThat(Files.mismatch(file, copy)).isEqualTo(-1);
    }
}

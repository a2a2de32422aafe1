package io.stillstream.student.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.huggingface.safetensors.SafetensorsWriter;
import io.stillstream.student.torchscript.TorchEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An array of more than 2 GiB, which is more than one Java buffer holds. */
@Tag("heavy")
final class LargeArrayIT {

    private static final long COLUMNS = 1 << 15;
    private static final long ROWS = (1 << 14) + 1;

    @TempDir
    private Path directory;

    @Test
    void create_whatDataWrote_isTheSameArray() throws IOException {
        Path first = directory.resolve("first.safetensors");
        Path second = directory.resolve("second.safetensors");
        try (NDManager scope = TorchEngine.newScope()) {
            NDArray array = scope.zeros(new Shape(ROWS, COLUMNS), DataType.FLOAT32);
            array.set(new NDIndex(0, 0), 1f);
            array.set(new NDIndex(ROWS - 2, COLUMNS - 1), 2f);
            array.set(new NDIndex(ROWS - 1, 0), 3f);
            array.set(new NDIndex(ROWS - 1, COLUMNS - 1), 4f);
            SafetensorsWriter.write(first, List.of(TensorArrays.data("large", array)), Map.of());
        }
        try (NDManager scope = TorchEngine.newScope();
                SafetensorsReader reader = SafetensorsReader.open(first)) {
            NDArray array = TensorArrays.create(scope, reader, "large");
            assertThat(number(array, 0, 0)).isEqualTo(1);
            assertThat(number(array, ROWS - 2, COLUMNS - 1)).isEqualTo(2);
            assertThat(number(array, ROWS - 1, 0)).isEqualTo(3);
            assertThat(number(array, ROWS - 1, COLUMNS - 1)).isEqualTo(4);
            try (var copy = new TensorCopy(Map.of("large", array))) {
                copy.take();
                SafetensorsWriter.write(second, copy.tensors(), Map.of());
            }
        }
        assertThat(Files.mismatch(first, second)).isEqualTo(-1);
    }

    private static float number(NDArray array, long row, long column) {
        try (NDArray number = array.get(new NDIndex(row, column))) {
            return number.toFloatArray()[0];
        }
    }
}

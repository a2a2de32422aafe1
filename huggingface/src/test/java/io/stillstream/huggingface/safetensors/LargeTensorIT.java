package io.stillstream.huggingface.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.huggingface.HuggingFaceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file with a tensor of more than 2 GiB, most of which is a hole that takes no disk, and a small tensor behind it. */
@Tag("heavy")
final class LargeTensorIT {

    private static final long ELEMENTS = (1L << 29) + 5;
    private static final int SLICE = TensorSlice.MAXIMUM_SIZE / Float.BYTES;
    private static final Map<Long, Float> NOT_ZERO =
            Map.of(0L, 1f, SLICE - 1L, 2f, (long) SLICE, 3f, (1L << 29) - 1, 4f, 1L << 29, 5f, ELEMENTS - 1, 6f);

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void writeHeaderAndNumbers() throws IOException {
        file = directory.resolve("large.safetensors");
        String json = "{\"large\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]},"
                        .formatted(ELEMENTS, 4 * ELEMENTS)
                + "\"small\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%d,%d]}}"
                        .formatted(4 * ELEMENTS, 4 * ELEMENTS + 4);
        byte[] header = json.concat(" ".repeat((8 - json.length() % 8) % 8)).getBytes(StandardCharsets.UTF_8);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, header.length), 0);
            channel.write(ByteBuffer.wrap(header), 8);
            for (Map.Entry<Long, Float> number : NOT_ZERO.entrySet()) {
                write(channel, 8 + header.length + 4 * number.getKey(), number.getValue());
            }
            write(channel, 8 + header.length + 4 * ELEMENTS, 7f);
        }
    }

    @Test
    void floatSlices_largeTensor_areItsNumbers() {
        Map<Long, Float> found = new HashMap<>();
        long next = 0;
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            for (float[] slice : reader.floatSlices("large")) {
                assertThat(slice.length).isLessThanOrEqualTo(SLICE);
                for (float value : slice) {
                    if (value != 0) {
                        found.put(next, value);
                    }
                    next++;
                }
            }
            assertThat(reader.floats("small")).containsExactly(7f);
        }
        assertThat(next).isEqualTo(ELEMENTS);
        assertThat(found).isEqualTo(NOT_ZERO);
    }

    @Test
    void bytes_largeTensor_isRejectedWithItsSizeAndTheLimit() {
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertThatThrownBy(() -> reader.bytes("large"))
                    .isInstanceOf(HuggingFaceException.class)
                    .hasMessage(
                            "tensor large in " + file + " of shape [536870917] has 2147483668 bytes; expected at most"
                                    + " 2147483647, the size of a buffer");
        }
    }

    @Test
    void write_largeTensor_isTheSameFile() throws IOException {
        Path copy = directory.resolve("copy.safetensors");
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            SafetensorsWriter.write(
                    copy, reader.tensors().keySet().stream().map(reader::data).toList(), Map.of());
        }
        assertThat(Files.mismatch(file, copy)).isEqualTo(-1);
    }

    private static void write(FileChannel channel, long position, float value) throws IOException {
        channel.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, value), position);
    }
}

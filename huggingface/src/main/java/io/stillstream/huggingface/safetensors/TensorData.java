package io.stillstream.huggingface.safetensors;

import io.stillstream.huggingface.HuggingFaceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A tensor and its bytes, ready to be written.
 *
 * @param slices the bytes, little-endian and row-major, one buffer after another, each from its position to its limit. They
 *     may be produced as they are iterated over, so that a tensor need not be in memory as a whole
 */
public record TensorData(TensorInfo info, Iterable<ByteBuffer> slices) {

    /** @throws HuggingFaceException when the shape asks for another number of bytes */
    public TensorData(TensorInfo info, ByteBuffer bytes) {
        this(info, List.of(bytes));
        requireSize(info, bytes.remaining());
    }

    public static TensorData ofFloats(String name, float[] values, long... shape) {
        TensorInfo info = new TensorInfo(name, Dtype.F32, shape);
        requireSize(info, (long) values.length * Float.BYTES);
        List<ByteBuffer> slices = info.slices().stream()
                .map(slice -> {
                    ByteBuffer bytes = ByteBuffer.allocate(slice.size()).order(ByteOrder.LITTLE_ENDIAN);
                    bytes.asFloatBuffer().put(values, (int) (slice.begin() / Float.BYTES), slice.size() / Float.BYTES);
                    return bytes;
                })
                .toList();
        return new TensorData(info, slices);
    }

    static void requireSize(TensorInfo info, long size) {
        if (size != info.byteSize()) {
            throw new HuggingFaceException("tensor " + info.name() + " of shape " + info.shape() + " needs "
                    + info.byteSize() + " bytes and has " + size);
        }
    }
}

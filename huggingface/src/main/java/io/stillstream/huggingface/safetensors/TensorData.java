package io.stillstream.huggingface.safetensors;

import io.stillstream.huggingface.HuggingFaceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.StreamSupport;

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

    /**
     * The same numbers in another type of floats, rounded to the nearest as they are iterated over. Where a finite number would
     * become infinite, iterating throws a {@link HuggingFaceException}.
     *
     * @param dtype F32, F16 or BF16; this tensor's own is F32
     */
    public TensorData as(Dtype dtype) {
        if (info.dtype() != Dtype.F32 || !dtype.isFloat()) {
            throw new IllegalArgumentException(info.name() + " is " + info.dtype() + " and cannot become " + dtype
                    + "; expected F32 and a float type");
        }
        if (dtype == Dtype.F32) {
            return this;
        }
        return new TensorData(
                new TensorInfo(info.name(), dtype, info.shape()),
                () -> StreamSupport.stream(slices.spliterator(), false)
                        .map(slice -> narrowed(slice, dtype))
                        .iterator());
    }

    private ByteBuffer narrowed(ByteBuffer slice, Dtype dtype) {
        FloatBuffer values = slice.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        ByteBuffer narrow =
                ByteBuffer.allocate(values.remaining() * dtype.size()).order(ByteOrder.LITTLE_ENDIAN);
        while (values.hasRemaining()) {
            float value = values.get();
            short half = dtype.narrowed(value);
            if (Float.isFinite(value) && !Float.isFinite(dtype.widened(half))) {
                throw new HuggingFaceException("tensor " + info.name() + " holds " + value + ", which is too large for "
                        + dtype + ", the type that the model came in");
            }
            narrow.putShort(half);
        }
        return narrow.flip();
    }

    static void requireSize(TensorInfo info, long size) {
        if (size != info.byteSize()) {
            throw new HuggingFaceException("tensor " + info.name() + " of shape " + info.shape() + " needs "
                    + info.byteSize() + " bytes and has " + size);
        }
    }
}

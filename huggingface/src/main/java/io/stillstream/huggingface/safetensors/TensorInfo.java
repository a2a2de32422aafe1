package io.stillstream.huggingface.safetensors;

import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelJson;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/** A tensor's name, element type and shape. */
public record TensorInfo(String name, Dtype dtype, List<Long> shape) {

    public TensorInfo {
        shape = List.copyOf(shape);
        if (shape.stream().anyMatch(dimension -> dimension < 0)) {
            throw new HuggingFaceException(
                    "tensor " + ModelJson.shown(name) + " has the shape " + shape + "; expected no negative size");
        }
        byteSize(name, dtype, shape);
    }

    public TensorInfo(String name, Dtype dtype, long... shape) {
        this(name, dtype, Arrays.stream(shape).boxed().toList());
    }

    /** How many numbers it holds. */
    public long elements() {
        return byteSize() / dtype.size();
    }

    public long byteSize() {
        return byteSize(name, dtype, shape);
    }

    public long[] shapeArray() {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }

    /** The tensor's bytes in slices of {@link TensorSlice#MAXIMUM_SIZE} and a last one of what remains; one where it is empty. */
    public List<TensorSlice> slices() {
        long size = byteSize();
        long count = Math.max(1, (size + TensorSlice.MAXIMUM_SIZE - 1) / TensorSlice.MAXIMUM_SIZE);
        return LongStream.range(0, count)
                .map(slice -> slice * TensorSlice.MAXIMUM_SIZE)
                .mapToObj(begin -> new TensorSlice(begin, (int) Math.min(TensorSlice.MAXIMUM_SIZE, size - begin)))
                .toList();
    }

    private static long byteSize(String name, Dtype dtype, List<Long> shape) {
        try {
            return shape.stream().mapToLong(Long::longValue).reduce(dtype.size(), Math::multiplyExact);
        } catch (ArithmeticException e) {
            throw new HuggingFaceException(
                    "tensor " + ModelJson.shown(name) + " has the shape " + shape + " of " + dtype
                            + "; expected fewer than 2^63 bytes",
                    e);
        }
    }
}

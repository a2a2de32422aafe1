package io.stillstream.huggingface.safetensors;

import io.stillstream.huggingface.HuggingFaceException;
import java.util.Arrays;
import java.util.List;

/** A tensor's name, element type and shape. */
public record TensorInfo(String name, Dtype dtype, List<Long> shape) {

    public TensorInfo {
        shape = List.copyOf(shape);
        if (shape.stream().anyMatch(dimension -> dimension < 0)) {
            throw new HuggingFaceException("tensor " + name + " has the shape " + shape);
        }
    }

    public TensorInfo(String name, Dtype dtype, long... shape) {
        this(name, dtype, Arrays.stream(shape).boxed().toList());
    }

    /** How many numbers it holds. */
    public long elements() {
        return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
    }

    public long byteSize() {
        return Math.multiplyExact(elements(), (long) dtype.size());
    }

    public long[] shapeArray() {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }
}

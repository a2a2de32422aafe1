package io.stillstream.student.batch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Native memory for the arrays of one step, which the next step uses again.
 *
 * <p>DJL makes an array over a direct buffer, which only the garbage collector frees: with a buffer per array the
 * process would grow by its whole heap size before anything is freed. Arrays are valid until {@link #clear}.
 */
public final class StagingBuffer {

    private static final int ALIGNMENT = 64;
    private static final int SMALLEST = 1 << 20;

    private ByteBuffer memory = ByteBuffer.allocateDirect(0);
    /** Full ones, whose arrays are still in use. */
    private final List<ByteBuffer> full = new ArrayList<>();

    private int used;

    /** Lets the memory of the arrays made so far be used again. */
    public void clear() {
        if (!full.isEmpty()) {
            int needed = memory.capacity()
                    + full.stream().mapToInt(ByteBuffer::capacity).sum();
            memory = ByteBuffer.allocateDirect(needed);
            full.clear();
        }
        used = 0;
    }

    public NDArray longs(NDManager scope, long[] values, long... shape) {
        ByteBuffer slice = slice(Math.multiplyExact(values.length, Long.BYTES));
        slice.asLongBuffer().put(values);
        return scope.create(slice, new Shape(shape), DataType.INT64);
    }

    public NDArray floats(NDManager scope, float[] values, long... shape) {
        ByteBuffer slice = slice(Math.multiplyExact(values.length, Float.BYTES));
        slice.asFloatBuffer().put(values);
        return scope.create(slice, new Shape(shape), DataType.FLOAT32);
    }

    private ByteBuffer slice(int bytes) {
        int aligned = Math.addExact(bytes, ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        if (memory.capacity() - used < aligned) {
            full.add(memory);
            memory = ByteBuffer.allocateDirect(Math.max(SMALLEST, aligned));
            used = 0;
        }
        ByteBuffer slice = memory.slice(used, bytes).order(ByteOrder.nativeOrder());
        used += aligned;
        return slice;
    }
}

package io.stillstream.trainer.student;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Native memory that arrays of one step are views of, used again by the next.
 *
 * <p>DJL makes an array over a direct buffer, which only the garbage collector frees: with a buffer per array the
 * process would grow by its whole heap size before anything is freed. Arrays are valid until {@link #clear}.
 */
final class StagingBuffer {

    private static final int ALIGNMENT = 64;

    private ByteBuffer memory = ByteBuffer.allocateDirect(0);
    private int used;

    /** Forgets the arrays made so far and makes sure that so many bytes are there. */
    void clear(int bytes) {
        used = 0;
        if (memory.capacity() < bytes) {
            memory = ByteBuffer.allocateDirect(bytes + bytes / 2);
        }
    }

    NDArray longs(NDManager scope, long[] values, long... shape) {
        ByteBuffer slice = slice(Math.multiplyExact(values.length, Long.BYTES));
        slice.asLongBuffer().put(values);
        return scope.create(slice, new Shape(shape), DataType.INT64);
    }

    NDArray floats(NDManager scope, float[] values, long... shape) {
        ByteBuffer slice = slice(Math.multiplyExact(values.length, Float.BYTES));
        slice.asFloatBuffer().put(values);
        return scope.create(slice, new Shape(shape), DataType.FLOAT32);
    }

    /** What {@link #clear} must be given for an array. */
    static int size(long elements, int elementSize) {
        return Math.toIntExact((elements * elementSize + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    }

    private ByteBuffer slice(int bytes) {
        ByteBuffer slice = memory.slice(used, bytes).order(ByteOrder.nativeOrder());
        used += size(bytes, 1);
        return slice;
    }
}

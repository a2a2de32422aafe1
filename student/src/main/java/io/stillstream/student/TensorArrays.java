package io.stillstream.student;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.stillstream.huggingface.safetensors.Dtype;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.huggingface.safetensors.TensorData;
import io.stillstream.huggingface.safetensors.TensorInfo;
import io.stillstream.huggingface.safetensors.TensorSlice;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Moves numbers between safetensors files and libtorch's arrays in single precision. DJL moves at most 2 GiB between Java and
 * native memory at once, so larger arrays go slice by slice.
 */
public final class TensorArrays {

    private TensorArrays() {}

    /**
     * An array with the numbers of a file's tensor; F16 and BF16 are widened.
     *
     * @throws io.stillstream.huggingface.HuggingFaceException when there is no such tensor, or it does not hold floats
     */
    public static NDArray create(NDManager scope, SafetensorsReader file, String name) {
        TensorInfo info = file.tensor(name);
        Shape shape = new Shape(info.shapeArray());
        if (info.slices().size() == 1) {
            return scope.create(file.floats(name), shape);
        }
        NDArray array = scope.create(shape, DataType.FLOAT32);
        long begin = 0;
        for (float[] values : file.floatSlices(name)) {
            try (NDManager slice = scope.newSubManager()) {
                flat(array, slice).set(new NDIndex().addSliceDim(begin, begin + values.length), slice.create(values));
            }
            begin += values.length;
        }
        return array;
    }

    /** An array as a tensor to be written. Its numbers are copied slice by slice while it is written. */
    public static TensorData data(String name, NDArray array) {
        TensorInfo info = info(name, array);
        return new TensorData(
                info,
                () -> info.slices().stream().map(slice -> copy(array, slice)).iterator());
    }

    static TensorInfo info(String name, NDArray array) {
        return new TensorInfo(name, Dtype.F32, array.getShape().getShape());
    }

    /** @param target as many buffers as the tensor has slices, each of its slice's size */
    static void copy(NDArray array, TensorInfo info, List<ByteBuffer> target) {
        List<TensorSlice> slices = info.slices();
        for (int i = 0; i < slices.size(); i++) {
            try (NDManager scope = array.getManager().newSubManager()) {
                // A view of the array's own memory where there is one: the only copy is the one made here.
                ByteBuffer view = part(array, slices.get(i), scope).toByteBuffer(true);
                target.get(i).clear().put(view).flip();
            }
        }
    }

    private static ByteBuffer copy(NDArray array, TensorSlice slice) {
        try (NDManager scope = array.getManager().newSubManager()) {
            return part(array, slice, scope).toByteBuffer();
        }
    }

    private static NDArray part(NDArray array, TensorSlice slice, NDManager scope) {
        long begin = slice.begin() / Float.BYTES;
        NDArray part = flat(array, scope).get(new NDIndex().addSliceDim(begin, begin + slice.size() / Float.BYTES));
        part.attach(scope);
        return part;
    }

    private static NDArray flat(NDArray array, NDManager scope) {
        NDArray flat = array.reshape(-1);
        flat.attach(scope);
        return flat;
    }
}

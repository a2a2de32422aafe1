package io.stillstream.student.model;

import ai.djl.Device;
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
import java.util.ArrayList;
import java.util.List;

/**
 * Moves numbers between safetensors files and libtorch's arrays in single precision. DJL moves at most 2 GiB between Java and
 * native memory at once, so larger arrays go slice by slice.
 */
public final class TensorArrays {

    private TensorArrays() {}

    /**
     * An array with the numbers of a file's tensor; F16 and BF16 are widened. They are read into the array's own memory, so that
     * loading takes none besides; on another device than the CPU, by way of one slice's memory.
     *
     * @throws io.stillstream.huggingface.HuggingFaceException when there is no such tensor, or it does not hold floats
     */
    public static NDArray create(NDManager scope, SafetensorsReader file, String name) {
        NDArray array = scope.create(new Shape(file.tensor(name).shapeArray()), DataType.FLOAT32);
        if (array.isEmpty()) {
            return array;
        }
        for (TensorSlice slice : info(name, array).slices()) {
            try (NDManager inner = scope.newSubManager(Device.cpu())) {
                NDArray part = part(array, slice, inner);
                NDArray here = part.toDevice(Device.cpu(), false);
                here.attach(inner);
                file.readFloats(name, slice.begin() / Float.BYTES, here.toByteBuffer(true));
                if (here != part) {
                    flat(array, inner).set(index(slice), here.toDevice(array.getDevice(), false));
                }
            }
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

    /** The memory of an array on the CPU, slice by slice; valid as long as the array. */
    static List<ByteBuffer> memory(NDArray array, TensorInfo info) {
        List<ByteBuffer> memory = new ArrayList<>();
        for (TensorSlice slice : info.slices()) {
            try (NDManager scope = array.getManager().newSubManager()) {
                memory.add(
                        array.isEmpty()
                                ? ByteBuffer.allocate(0)
                                : part(array, slice, scope).toByteBuffer(true));
            }
        }
        return memory;
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
        NDArray part = flat(array, scope).get(index(slice));
        part.attach(scope);
        return part;
    }

    private static NDIndex index(TensorSlice slice) {
        long begin = slice.begin() / Float.BYTES;
        return new NDIndex().addSliceDim(begin, begin + slice.size() / Float.BYTES);
    }

    private static NDArray flat(NDArray array, NDManager scope) {
        NDArray flat = array.reshape(-1);
        flat.attach(scope);
        return flat;
    }
}

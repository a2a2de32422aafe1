package io.stillstream.student.model;

import ai.djl.ndarray.NDArray;
import io.stillstream.huggingface.safetensors.Dtype;
import io.stillstream.huggingface.safetensors.TensorData;
import io.stillstream.huggingface.safetensors.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A copy of some arrays' numbers, into memory that the next copy uses again. */
public final class TensorCopy {

    private final Map<String, NDArray> arrays;
    /** In the arrays' order; empty before the first copy. */
    private final List<TensorData> copies = new ArrayList<>();

    /** @param arrays in single precision, in the order in which they are to be written */
    public TensorCopy(Map<String, NDArray> arrays) {
        this.arrays = new LinkedHashMap<>(arrays);
    }

    /** Copies the numbers as they are now. */
    public void take() {
        if (copies.isEmpty()) {
            arrays.forEach((name, array) -> copies.add(allocate(name, array)));
        }
        int next = 0;
        for (NDArray array : arrays.values()) {
            // A view of the array's own memory where there is one: the only copy is the one made here.
            copies.get(next++).bytes().clear().put(array.toByteBuffer(true)).flip();
        }
    }

    /** What was copied last; valid until it is copied again. */
    public List<TensorData> tensors() {
        return copies.stream()
                .map(copy ->
                        new TensorData(copy.info(), copy.bytes().duplicate().order(ByteOrder.LITTLE_ENDIAN)))
                .toList();
    }

    private static TensorData allocate(String name, NDArray array) {
        TensorInfo info = new TensorInfo(name, Dtype.F32, array.getShape().getShape());
        return new TensorData(info, ByteBuffer.allocateDirect(Math.toIntExact(info.byteSize())));
    }
}

package io.stillstream.student.model;

import ai.djl.ndarray.NDArray;
import io.stillstream.huggingface.safetensors.TensorData;
import io.stillstream.huggingface.safetensors.TensorInfo;
import java.nio.ByteBuffer;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A copy of some arrays' numbers at one moment, in memory that the next copy uses again. */
public final class TensorCopy {

    private final Map<String, NDArray> arrays;
    /** In the arrays' order; empty before the first copy. */
    private List<Copy> copies = List.of();

    private record Copy(TensorInfo info, NDArray array, List<ByteBuffer> slices) {}

    /** @param arrays in single precision, in the order in which they are to be written */
    public TensorCopy(Map<String, NDArray> arrays) {
        this.arrays = new LinkedHashMap<>(arrays);
    }

    /** Copies the numbers as they are now. */
    public void take() {
        if (copies.isEmpty()) {
            // An array with two names has one copy.
            var memory = new IdentityHashMap<NDArray, List<ByteBuffer>>();
            copies = arrays.entrySet().stream()
                    .map(entry -> allocate(entry.getKey(), entry.getValue(), memory))
                    .toList();
        }
        copies.forEach(copy -> TensorArrays.copy(copy.array(), copy.info(), copy.slices()));
    }

    /** What was copied last; valid until it is copied again. */
    public List<TensorData> tensors() {
        return copies.stream()
                .map(copy -> new TensorData(copy.info(), copy.slices()))
                .toList();
    }

    private static Copy allocate(String name, NDArray array, IdentityHashMap<NDArray, List<ByteBuffer>> memory) {
        TensorInfo info = TensorArrays.info(name, array);
        List<ByteBuffer> slices = memory.computeIfAbsent(
                array,
                each -> info.slices().stream()
                        .map(slice -> ByteBuffer.allocateDirect(slice.size()))
                        .toList());
        return new Copy(info, array, slices);
    }
}

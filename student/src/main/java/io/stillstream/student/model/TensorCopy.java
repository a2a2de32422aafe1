package io.stillstream.student.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.stillstream.huggingface.safetensors.TensorData;
import io.stillstream.huggingface.safetensors.TensorInfo;
import io.stillstream.student.torchscript.TorchEngine;
import java.nio.ByteBuffer;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A copy of some arrays' numbers at one moment, in memory that the next copy uses again. It is libtorch's: what the JVM gives to
 * buffers outside its heap is bounded by the heap's own size.
 */
public final class TensorCopy implements AutoCloseable {

    private final NDManager scope = TorchEngine.newScope();
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

    /** What was copied last; valid until it is copied again or closed. */
    public List<TensorData> tensors() {
        return copies.stream()
                .map(copy -> new TensorData(copy.info(), copy.slices()))
                .toList();
    }

    private Copy allocate(String name, NDArray array, IdentityHashMap<NDArray, List<ByteBuffer>> memory) {
        TensorInfo info = TensorArrays.info(name, array);
        List<ByteBuffer> slices = memory.computeIfAbsent(
                array, each -> TensorArrays.memory(scope.create(each.getShape(), DataType.FLOAT32), info));
        return new Copy(info, array, slices);
    }

    /** Frees the memory; what {@link #tensors} gave must not be read any more. */
    @Override
    public void close() {
        scope.close();
    }
}

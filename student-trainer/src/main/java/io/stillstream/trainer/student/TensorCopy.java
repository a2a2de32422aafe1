package io.stillstream.trainer.student;

import ai.djl.ndarray.NDArray;
import io.stillstream.contract.huggingface.Dtype;
import io.stillstream.contract.huggingface.TensorData;
import io.stillstream.contract.huggingface.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The numbers of some arrays at one moment, in memory that the next moment uses again. */
final class TensorCopy {

    private final Map<String, NDArray> arrays;
    private final Map<String, ByteBuffer> numbers = new LinkedHashMap<>();

    /** @param arrays in single precision, in the order in which they are to be written */
    TensorCopy(Map<String, NDArray> arrays) {
        this.arrays = new LinkedHashMap<>(arrays);
    }

    /** Copies the numbers as they are now. */
    void take() {
        arrays.forEach((name, array) -> {
            // A view of the array's own memory where there is one: the only copy is the one made here.
            ByteBuffer now = array.toByteBuffer(true);
            numbers.computeIfAbsent(name, unused -> ByteBuffer.allocateDirect(now.remaining()))
                    .clear()
                    .put(now)
                    .flip();
        });
    }

    /** What was copied last; valid until it is copied again. */
    List<TensorData> tensors() {
        return numbers.entrySet().stream()
                .map(entry -> new TensorData(
                        new TensorInfo(
                                entry.getKey(),
                                Dtype.F32,
                                arrays.get(entry.getKey()).getShape().getShape()),
                        entry.getValue().duplicate().order(ByteOrder.LITTLE_ENDIAN)))
                .toList();
    }
}

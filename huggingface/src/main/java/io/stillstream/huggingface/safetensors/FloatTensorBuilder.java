package io.stillstream.huggingface.safetensors;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Collects the numbers of a single-precision tensor one by one, row-major; there may be more than one array holds. */
public final class FloatTensorBuilder {

    private final TensorInfo info;
    private final List<ByteBuffer> slices;
    private int current;

    /** @param info of a tensor of type F32 */
    public FloatTensorBuilder(TensorInfo info) {
        this.info = info;
        this.slices = info.slices().stream()
                .map(slice -> ByteBuffer.allocate(slice.size()).order(ByteOrder.LITTLE_ENDIAN))
                .toList();
    }

    public void add(float value) {
        if (!slices.get(current).hasRemaining()) {
            current++;
        }
        slices.get(current).putFloat(value);
    }

    /** @throws io.stillstream.huggingface.HuggingFaceException when the shape asks for more numbers than were added */
    public TensorData build() {
        slices.forEach(ByteBuffer::flip);
        TensorData.requireSize(
                info, slices.stream().mapToLong(ByteBuffer::remaining).sum());
        return new TensorData(info, slices);
    }
}

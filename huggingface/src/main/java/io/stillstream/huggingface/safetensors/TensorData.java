package io.stillstream.huggingface.safetensors;

import io.stillstream.huggingface.HuggingFaceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A tensor and its bytes, ready to be written.
 *
 * @param bytes little-endian, row-major, from its position to its limit
 */
public record TensorData(TensorInfo info, ByteBuffer bytes) {

    public TensorData {
        if (bytes.remaining() != info.byteSize()) {
            throw new HuggingFaceException("tensor " + info.name() + " of shape " + info.shape() + " needs "
                    + info.byteSize() + " bytes and has " + bytes.remaining());
        }
    }

    public static TensorData ofFloats(String name, float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return new TensorData(new TensorInfo(name, Dtype.F32, shape), bytes);
    }
}

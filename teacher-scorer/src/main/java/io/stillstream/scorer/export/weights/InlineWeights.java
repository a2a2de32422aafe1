package io.stillstream.scorer.export.weights;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Weights inside the model file, which protobuf limits to 2 GB. */
public final class InlineWeights implements WeightStorage {

    @Override
    public void store(TensorProto.Builder tensor, float[] values, WeightType type) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, type.bytesPerValue()))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            type.put(value, bytes);
        }
        tensor.setRawData(UnsafeByteOperations.unsafeWrap(bytes.flip()));
    }

    @Override
    public void close() {}
}

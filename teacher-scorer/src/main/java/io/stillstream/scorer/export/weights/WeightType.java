package io.stillstream.scorer.export.weights;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.stillstream.contract.codec.HalfFloats;
import java.nio.ByteBuffer;

/** How the exported file stores weight matrices; the arithmetic is single precision either way. */
public enum WeightType {
    /** As accurate as the checkpoint. */
    FP32(DataType.FLOAT, Float.BYTES),
    /** Half the file: rounded to the nearest half, ties to even, and widened when the model is loaded. */
    FP16(DataType.FLOAT16, Short.BYTES);

    private static final float LARGEST_HALF = 65504f;

    private final DataType dataType;
    private final int bytesPerValue;

    WeightType(DataType dataType, int bytesPerValue) {
        this.dataType = dataType;
        this.bytesPerValue = bytesPerValue;
    }

    DataType dataType() {
        return dataType;
    }

    public int bytesPerValue() {
        return bytesPerValue;
    }

    void put(float value, ByteBuffer target) {
        switch (this) {
            case FP32 -> target.putFloat(value);
            case FP16 -> target.putShort(HalfFloats.toHalf(value));
        }
    }

    /** Whether the value survives: a weight that is not finite, or becomes infinite, would ruin every logit. */
    boolean canHold(float value) {
        return Float.isFinite(value) && (this == FP32 || Math.abs(value) <= LARGEST_HALF);
    }
}

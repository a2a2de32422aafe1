package io.stillstream.scorer.onnx.run;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A small tensor of one run that another run reads, as the scale of a quantised activation. Owns its bytes. */
public final class RunConstant {

    private final OnnxJavaType type;
    private final long[] shape;
    private final ByteBuffer bytes;

    RunConstant(OnnxTensor tensor) {
        this.type = tensor.getInfo().type;
        this.shape = tensor.getInfo().getShape();
        this.bytes = tensor.getByteBuffer();
    }

    OnnxTensor tensor() throws OrtException {
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.remaining()).order(ByteOrder.nativeOrder());
        direct.put(bytes.duplicate()).flip();
        return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), direct, shape, type);
    }
}

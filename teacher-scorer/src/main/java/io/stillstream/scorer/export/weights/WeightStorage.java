package io.stillstream.scorer.export.weights;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.Closeable;
import java.io.IOException;

/** Where the bytes of weight matrices go: into the model file, or into a file beside it. */
public interface WeightStorage extends Closeable {

    /** Stores the values and completes the tensor so that a reader finds them. */
    void store(TensorProto.Builder tensor, float[] values, WeightType type) throws IOException;
}

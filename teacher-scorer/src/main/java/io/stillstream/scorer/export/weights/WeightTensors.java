package io.stillstream.scorer.export.weights;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.onnx.graph.OnnxGraph;
import java.io.IOException;
import java.util.stream.LongStream;

/** Adds a model's weights to a graph, stored as the options ask. */
public final class WeightTensors {

    private final OnnxGraph graph;
    private final WeightStorage storage;
    private final WeightType type;

    public WeightTensors(OnnxGraph graph, WeightStorage storage, WeightType type) {
        this.graph = graph;
        this.storage = storage;
        this.type = type;
    }

    /** A weight matrix, single precision where it is used, whatever it is stored as. */
    public String weight(String name, float[] values, long... shape) throws IOException {
        requireHolds(type, name, values);
        TensorProto.Builder tensor = tensor(name, type.dataType(), shape);
        storage.store(tensor, values, type);
        graph.initializer(tensor);
        return type == WeightType.FP32 ? name : graph.cast(name, DataType.FLOAT);
    }

    /** A vector, always stored in the model file and in single precision. */
    public String vector(String name, float[] values) {
        requireHolds(WeightType.FP32, name, values);
        TensorProto.Builder tensor = tensor(name, DataType.FLOAT, values.length);
        new InlineWeights().store(tensor, values, WeightType.FP32);
        return graph.initializer(tensor);
    }

    private static void requireHolds(WeightType type, String name, float[] values) {
        for (int i = 0; i < values.length; i++) {
            if (!type.canHold(values[i])) {
                throw new ScorerException(
                        "tensor " + name + " holds " + values[i] + " at " + i + ", which cannot be stored as " + type);
            }
        }
    }

    private static TensorProto.Builder tensor(String name, DataType type, long... shape) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(type.getNumber());
        LongStream.of(shape).forEach(tensor::addDims);
        return tensor;
    }
}

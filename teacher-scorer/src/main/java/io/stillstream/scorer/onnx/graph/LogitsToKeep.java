package io.stillstream.scorer.onnx.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.Set;

/**
 * The input by which an exported decoder is told for how many of the last positions to write logits. 0 stands for all of them,
 * which scoring needs, so the input becomes that constant.
 */
final class LogitsToKeep {

    /** As transformers named it, and as it names it now. */
    private static final Set<String> NAMES = Set.of("num_logits_to_keep", "logits_to_keep");

    private static final Set<Integer> INTEGERS = Set.of(DataType.INT64_VALUE, DataType.INT32_VALUE);

    private LogitsToKeep() {}

    /** The same model with logits of all positions; a model without such an input as it is. */
    static ModelProto all(ModelProto model) {
        GraphProto graph = model.getGraph();
        if (graph.getInputList().stream().noneMatch(LogitsToKeep::is)) {
            return model;
        }
        ModelProto.Builder result = model.toBuilder();
        GraphProto.Builder changed = result.getGraphBuilder().clearInput().clearInitializer();
        graph.getInputList().stream().filter(input -> !is(input)).forEach(changed::addInput);
        // An export may bring a default of its own.
        graph.getInitializerList().stream()
                .filter(initializer -> !NAMES.contains(initializer.getName()))
                .forEach(changed::addInitializer);
        graph.getInputList().stream()
                .filter(LogitsToKeep::is)
                .map(LogitsToKeep::zero)
                .forEach(changed::addInitializer);
        return result.build();
    }

    private static boolean is(ValueInfoProto input) {
        TypeProto.Tensor type = input.getType().getTensorType();
        return NAMES.contains(input.getName())
                && INTEGERS.contains(type.getElemType())
                && type.getShape().getDimList().stream().allMatch(dimension -> dimension.getDimValue() == 1);
    }

    private static TensorProto zero(ValueInfoProto input) {
        TypeProto.Tensor type = input.getType().getTensorType();
        TensorProto.Builder zero =
                TensorProto.newBuilder().setName(input.getName()).setDataType(type.getElemType());
        type.getShape().getDimList().stream()
                .map(TensorShapeProto.Dimension::getDimValue)
                .forEach(zero::addDims);
        return (type.getElemType() == DataType.INT64_VALUE ? zero.addInt64Data(0) : zero.addInt32Data(0)).build();
    }
}

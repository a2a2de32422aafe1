package io.stillstream.scorer.onnx.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.stillstream.scorer.onnx.graph.InheritedProperty.Own;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which node computes each value of a graph, and what a value depends on. */
final class GraphValues {

    /** Operators that compute each element of their output from the elements at its place in their inputs. */
    static final Set<String> ELEMENTWISE = Set.of("Cast", "Identity", "Neg", "Tanh", "Add", "Sub", "Mul", "Div");

    private static final String QUANTIZED = "DynamicQuantizeLinear";
    private static final String CONSTANT = "Constant";

    /** Operators that leave the type of their first input as it is. */
    private static final Set<String> MOVES = Set.of("Identity", "Transpose", "Reshape");

    private final Map<String, NodeProto> producers = new HashMap<>();
    private final Map<String, Integer> initializers = new HashMap<>();

    private final InheritedProperty constant = new InheritedProperty(this::constant);
    private final InheritedProperty signedBytes = new InheritedProperty(this::signedBytes);
    private final InheritedProperty runConstant = new InheritedProperty(this::runConstant);

    GraphValues(GraphProto graph) {
        for (NodeProto node : graph.getNodeList()) {
            node.getOutputList().forEach(output -> producers.put(output, node));
        }
        graph.getInitializerList()
                .forEach(initializer -> initializers.put(initializer.getName(), initializer.getDataType()));
    }

    /** Null for inputs and initializers. */
    @Nullable
    NodeProto producer(String value) {
        return producers.get(value);
    }

    /** Whether it depends on weights alone. An input that an operator is not given, named by no letter, does too. */
    boolean isConstant(String value) {
        return constant.of(value);
    }

    /** Whether it is a constant tensor of signed bytes, as the model or a change of shape gives it. */
    boolean isSignedBytes(String value) {
        return signedBytes.of(value);
    }

    /** Whether it is the same for all positions of a run: constants, and the scale and zero of a quantised activation. */
    boolean isRunConstant(String value) {
        return runConstant.of(value);
    }

    private Own constant(String value) {
        if (value.isEmpty() || initializers.containsKey(value)) {
            return Own.YES;
        }
        NodeProto producer = producers.get(value);
        return producer == null ? Own.NO : Own.as(producer.getInputList());
    }

    private Own signedBytes(String value) {
        if (initializers.containsKey(value)) {
            return initializers.get(value) == DataType.INT8_VALUE ? Own.YES : Own.NO;
        }
        NodeProto producer = producers.get(value);
        if (producer == null) {
            return Own.NO;
        }
        if (producer.getOpType().equals(CONSTANT)) {
            boolean signed = producer.getAttributeList().stream()
                    .anyMatch(attribute -> attribute.getT().getDataType() == DataType.INT8_VALUE);
            return signed ? Own.YES : Own.NO;
        }
        boolean moves = MOVES.contains(producer.getOpType()) && producer.getInputCount() > 0;
        return moves ? Own.as(List.of(producer.getInput(0))) : Own.NO;
    }

    private Own runConstant(String value) {
        if (isConstant(value)) {
            return Own.YES;
        }
        NodeProto producer = producers.get(value);
        if (producer == null) {
            return Own.NO;
        }
        if (producer.getOpType().equals(QUANTIZED)) {
            return producer.getOutput(0).equals(value) ? Own.NO : Own.YES;
        }
        return ELEMENTWISE.contains(producer.getOpType()) ? Own.as(producer.getInputList()) : Own.NO;
    }
}

package io.stillstream.scorer.onnx.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What makes each value of a graph, and what a value depends on. */
final class GraphValues {

    /** Operators that make each element of their output of the elements at its place in their inputs. */
    static final Set<String> ELEMENTWISE = Set.of("Cast", "Identity", "Neg", "Tanh", "Add", "Sub", "Mul", "Div");

    private static final String QUANTIZED = "DynamicQuantizeLinear";

    private final Map<String, NodeProto> producers = new HashMap<>();
    private final Set<String> initializers = new HashSet<>();

    GraphValues(GraphProto graph) {
        for (NodeProto node : graph.getNodeList()) {
            node.getOutputList().forEach(output -> producers.put(output, node));
        }
        graph.getInitializerList().forEach(initializer -> initializers.add(initializer.getName()));
    }

    /** Null for inputs and initializers. */
    @Nullable
    NodeProto producer(String value) {
        return producers.get(value);
    }

    /** Whether it depends on weights alone. An input that an operator is not given, named by no letter, does too. */
    boolean isConstant(String value) {
        if (value.isEmpty() || initializers.contains(value)) {
            return true;
        }
        NodeProto producer = producers.get(value);
        return producer != null && producer.getInputList().stream().allMatch(this::isConstant);
    }

    /** Whether it is the same for all positions of a run: constants, and the scale and zero of a quantised activation. */
    boolean isUniform(String value) {
        if (isConstant(value)) {
            return true;
        }
        NodeProto producer = producers.get(value);
        if (producer == null) {
            return false;
        }
        if (producer.getOpType().equals(QUANTIZED)) {
            return !producer.getOutput(0).equals(value);
        }
        return ELEMENTWISE.contains(producer.getOpType())
                && producer.getInputList().stream().allMatch(this::isUniform);
    }
}

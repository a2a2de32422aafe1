package io.stillstream.scorer.onnx.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Takes from a graph what its outputs do not need: the runtime would run and hold it all the same. */
final class PrunedGraph {

    private PrunedGraph() {}

    /** Nodes keep their order, which need not be one of their dependencies. */
    static void prune(GraphProto.Builder graph) {
        Map<String, NodeProto> producers = new HashMap<>();
        graph.getNodeList().forEach(node -> node.getOutputList().forEach(output -> producers.put(output, node)));
        Set<String> needed = new HashSet<>();
        Deque<String> open = new ArrayDeque<>();
        graph.getOutputList().forEach(output -> open.add(output.getName()));
        while (!open.isEmpty()) {
            String value = open.remove();
            NodeProto producer = producers.get(value);
            if (needed.add(value) && producer != null) {
                open.addAll(read(producer));
            }
        }
        List<NodeProto> kept = graph.getNodeList().stream()
                .filter(node -> node.getOutputList().stream().anyMatch(needed::contains))
                .toList();
        graph.clearNode().addAllNode(kept);
        List<TensorProto> initializers = graph.getInitializerList().stream()
                .filter(initializer -> needed.contains(initializer.getName()))
                .toList();
        graph.clearInitializer().addAllInitializer(initializers);
        graph.clearValueInfo();
    }

    /** Its inputs, and what the graphs within it may read of the one around them. */
    private static Set<String> read(NodeProto node) {
        Set<String> names = new HashSet<>(node.getInputList());
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.hasG()) {
                names.addAll(read(attribute.getG()));
            }
            attribute.getGraphsList().forEach(graph -> names.addAll(read(graph)));
        }
        return names;
    }

    private static Set<String> read(GraphProto graph) {
        Set<String> names = new HashSet<>();
        graph.getNodeList().forEach(node -> names.addAll(read(node)));
        graph.getOutputList().forEach(output -> names.add(output.getName()));
        return names;
    }
}

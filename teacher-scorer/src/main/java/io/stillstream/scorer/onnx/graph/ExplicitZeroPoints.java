package io.stillstream.scorer.onnx.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Gives constant signed weights that name no zero point the one they have, 0. In its precise mode ONNX Runtime 1.28 ends the
 * process over some operators without one, and leaves the others saturating.
 */
public final class ExplicitZeroPoints {

    private static final String PREFIX = OnnxGraph.PREFIX + "zero_point";
    private static final String DEQUANTISATION = "DequantizeLinear";
    private static final int SCALE = 1;

    /** Where an operator has its weights and their zero point. */
    private record Inputs(int weights, int zeroPoint) {}

    private static final Map<String, Inputs> OPERATORS = Map.of(
            DEQUANTISATION,
            new Inputs(0, 2),
            "MatMulInteger",
            new Inputs(1, 3),
            "DynamicQuantizeMatMul",
            new Inputs(1, 3),
            "MatMulIntegerToFloat",
            new Inputs(1, 5),
            "QAttention",
            new Inputs(1, 7));

    private ExplicitZeroPoints() {}

    public static ModelProto of(ModelProto model) {
        GraphValues values = new GraphValues(model.getGraph());
        List<NodeProto> nodes = new ArrayList<>();
        boolean scalar = false;
        for (NodeProto node : model.getGraph().getNodeList()) {
            Inputs inputs = OPERATORS.get(node.getOpType());
            if (inputs == null
                    || node.getInputCount() <= Math.max(inputs.weights(), SCALE)
                    || has(node, inputs.zeroPoint())
                    || !values.isSignedBytes(node.getInput(inputs.weights()))) {
                nodes.add(node);
            } else if (node.getOpType().equals(DEQUANTISATION)) {
                // Its zero point has the shape of its scale.
                String shape = PREFIX + "_shape." + nodes.size();
                String zeros = PREFIX + "." + nodes.size();
                nodes.add(node("Shape", node.getInput(SCALE), shape).build());
                nodes.add(node("ConstantOfShape", shape, zeros)
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("value")
                                .setType(AttributeProto.AttributeType.TENSOR)
                                .setT(zero().addDims(1)))
                        .build());
                nodes.add(withInput(node, inputs.zeroPoint(), zeros));
            } else {
                scalar = true;
                nodes.add(withInput(node, inputs.zeroPoint(), PREFIX));
            }
        }
        if (nodes.equals(model.getGraph().getNodeList())) {
            return model;
        }
        ModelProto.Builder builder = model.toBuilder();
        GraphProto.Builder graph = builder.getGraphBuilder().clearNode().addAllNode(nodes);
        if (scalar) {
            graph.addInitializer(zero().setName(PREFIX));
        }
        return builder.build();
    }

    private static boolean has(NodeProto node, int input) {
        return node.getInputCount() > input && !node.getInput(input).isEmpty();
    }

    private static NodeProto.Builder node(String operator, String input, String output) {
        return NodeProto.newBuilder()
                .setName(output + ".node")
                .setOpType(operator)
                .addInput(input)
                .addOutput(output);
    }

    private static NodeProto withInput(NodeProto node, int index, String value) {
        NodeProto.Builder builder = node.toBuilder();
        while (builder.getInputCount() <= index) {
            builder.addInput("");
        }
        return builder.setInput(index, value).build();
    }

    private static TensorProto.Builder zero() {
        return TensorProto.newBuilder().setDataType(DataType.INT8_VALUE).addInt32Data(0);
    }
}

package io.stillstream.scorer.onnx.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Gives an output projection of signed bytes unsigned ones: w and its zero point z become w + 128 and z + 128, which leaves
 * every product (a − b)(w − z) as it is.
 *
 * <p>This is what ONNX Runtime does in its precise mode, and does to the outermost graph alone: it overlooks the projection
 * inside the loops of a {@link ScoringGraph}. The runtime computes the new weights once, when it loads the graph.
 */
final class UnsignedProjection {

    private static final String OPERATOR = "MatMulInteger";
    private static final int WEIGHTS = 1;
    private static final int ZERO_POINT = 3;
    private static final int SHIFT = 128;
    private static final String SCOPE = OnnxGraph.PREFIX + "unsigned.";
    private static final String SHIFT_NAME = SCOPE + "shift";

    private UnsignedProjection() {}

    /**
     * The same decoder with an unsigned projection; empty where its projection has no signed bytes.
     *
     * @param model whose zero points are {@linkplain ExplicitZeroPoints explicit}
     */
    static Optional<ModelProto> of(ModelProto model) {
        LmHead lmHead = LmHead.of(model.getGraph());
        if (!lmHead.found() || !lmHead.projection().getOpType().equals(OPERATOR)) {
            return Optional.empty();
        }
        NodeProto projection = lmHead.projection();
        if (projection.getInputCount() <= ZERO_POINT) {
            return Optional.empty();
        }
        String weights = projection.getInput(WEIGHTS);
        if (!new GraphValues(model.getGraph()).isSignedBytes(weights)) {
            return Optional.empty();
        }
        ModelProto.Builder builder = model.toBuilder();
        GraphProto.Builder graph = builder.getGraphBuilder();
        graph.addInitializer(TensorProto.newBuilder()
                .setName(SHIFT_NAME)
                .setDataType(DataType.INT32_VALUE)
                .addInt32Data(SHIFT));
        List<NodeProto> added = new ArrayList<>();
        List<String> inputs = new ArrayList<>(projection.getInputList());
        inputs.set(WEIGHTS, shifted(added, weights, "weights"));
        inputs.set(ZERO_POINT, shifted(added, inputs.get(ZERO_POINT), "zero_point"));
        int at = model.getGraph().getNodeList().indexOf(projection);
        graph.setNode(at, projection.toBuilder().clearInput().addAllInput(inputs));
        for (int i = 0; i < added.size(); i++) {
            graph.addNode(at + i, added.get(i));
        }
        return Optional.of(builder.build());
    }

    private static String shifted(List<NodeProto> nodes, String value, String name) {
        String wide = cast(nodes, value, DataType.INT32, name + ".wide");
        String shifted = SCOPE + name + ".shifted";
        nodes.add(NodeProto.newBuilder()
                .setOpType("Add")
                .setName(shifted + ".node")
                .addInput(wide)
                .addInput(SHIFT_NAME)
                .addOutput(shifted)
                .build());
        return cast(nodes, shifted, DataType.UINT8, name);
    }

    private static String cast(List<NodeProto> nodes, String value, DataType type, String name) {
        String output = SCOPE + name;
        nodes.add(NodeProto.newBuilder()
                .setOpType("Cast")
                .setName(output + ".node")
                .addInput(value)
                .addOutput(output)
                .addAttribute(OnnxGraph.attribute("to", type.getNumber()))
                .build());
        return output;
    }
}

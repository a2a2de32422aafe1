package io.stillstream.scorer.onnx.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.List;

/** A graph that keeps some rows of a key-value cache, so that a batch can shrink as its rows finish. */
public final class CacheSelectionGraph {

    /** {@code [B']}: which rows to keep, in order. */
    public static final String ROWS = OnnxGraph.PREFIX + "rows";

    /** Of its file. */
    public static final String NAME = "cache-selection";

    private static final int OPSET = 13;
    private static final int IR_VERSION = 8;

    private CacheSelectionGraph() {}

    /** Each tensor of the cache comes in under its input's name and goes out under its output's. */
    public static ModelProto of(DecoderSignature signature) {
        ModelProto.Builder model = ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET));
        GraphProto.Builder proto = model.getGraphBuilder().setName("cache_selection");
        OnnxGraph graph = OnnxGraph.appendTo(proto, OPSET);
        String rows = graph.input(ROWS, DataType.INT64, "kept");
        for (DecoderSignature.PastTensor past : signature.past()) {
            DataType type = DataType.forNumber(past.elementType());
            Object[] dimensions = new Object[past.dimensions().size()];
            for (int i = 0; i < dimensions.length; i++) {
                long size = past.dimensions().get(i);
                dimensions[i] = size > 0 ? size : past.input() + "." + i;
            }
            graph.input(past.input(), type, dimensions);
            Object[] kept = dimensions.clone();
            kept[0] = "kept";
            graph.output(
                    past.output(),
                    graph.node("Gather", List.of(past.input(), rows), OnnxGraph.attribute("axis", 0)),
                    type,
                    kept);
        }
        return model.build();
    }
}

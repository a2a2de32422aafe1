package io.stillstream.scorer.onnx.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.List;

/**
 * Derives from a decoder the graph that ends before its {@link LmHead}: its outputs are the hidden states of chosen positions,
 * and the key-value cache.
 */
public final class BackboneGraph {

    /** {@code [N, 2]}: the row, and the column within the run, of each position whose hidden state is wanted. */
    public static final String WANTED = OnnxGraph.PREFIX + "wanted";
    /** {@code [N, H]}, in the type that the model has there. */
    public static final String ROWS = OnnxGraph.PREFIX + "rows";
    /** What the output of a {@linkplain LmHead#runConstants run constant} has before its name. */
    public static final String RUN_CONSTANT = OnnxGraph.PREFIX + "run_constant.";

    /** Of its file. */
    public static final String NAME = "backbone";

    private BackboneGraph() {}

    public static ModelProto derive(DecoderGraph decoder, LmHead lmHead) {
        ModelProto.Builder model = decoder.model().toBuilder();
        GraphProto.Builder proto = model.getGraphBuilder().clearOutput();
        decoder.model().getGraph().getOutputList().stream()
                .filter(output -> decoder.signature().past().stream()
                        .anyMatch(past -> past.output().equals(output.getName())))
                .forEach(proto::addOutput);
        OnnxGraph graph = OnnxGraph.appendTo(proto, decoder.opset());
        String wanted = graph.input(WANTED, DataType.INT64, "wanted", 2);
        graph.output(ROWS, graph.node("GatherND", List.of(lmHead.rows(), wanted)));
        lmHead.runConstants().forEach(runConstant -> graph.output(RUN_CONSTANT + runConstant, runConstant));
        PrunedGraph.prune(proto);
        return model.build();
    }
}

package io.stillstream.scorer.onnx.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.List;

/**
 * Derives from a decoder the graph that ends at its {@link LmHead}: it puts out the hidden states of the positions that
 * are asked for, and its key-value cache.
 */
public final class BackboneGraph {

    /** {@code [N, 2]}: the row and the place in the run of each position whose hidden state is wanted. */
    public static final String WANTED = OnnxGraph.PREFIX + "wanted";
    /** {@code [N, H]}, in the type that the model has there. */
    public static final String ROWS = OnnxGraph.PREFIX + "rows";
    /** Before the name of a uniform value. */
    public static final String UNIFORM = OnnxGraph.PREFIX + "uniform.";

    private BackboneGraph() {}

    public static ModelProto derive(DecoderGraph decoder, LmHead tail) {
        ModelProto.Builder model = decoder.model().toBuilder();
        GraphProto.Builder graph = model.getGraphBuilder();
        OnnxGraph editor = new OnnxGraph(graph, decoder.opset());
        graph.clearOutput();
        decoder.model().getGraph().getOutputList().stream()
                .filter(output -> decoder.signature().past().stream()
                        .anyMatch(past -> past.output().equals(output.getName())))
                .forEach(graph::addOutput);
        String wanted = editor.input(WANTED, DataType.INT64, "wanted", 2);
        editor.output(ROWS, editor.node("GatherND", List.of(tail.rows(), wanted)));
        tail.uniforms().forEach(uniform -> editor.output(UNIFORM + uniform, uniform));
        PrunedGraph.prune(graph);
        return model.build();
    }
}

package io.stillstream.scorer.onnx.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.List;
import java.util.Map;

/**
 * Derives from a decoder's {@link LmHead} the graph that writes: of hidden states {@code [B, H]} it puts out the
 * likeliest token of each row, or the likeliest candidates to draw from.
 */
public final class GenerationGraph {

    /** How many of the likeliest tokens leave the graph to be drawn from. */
    static final int CANDIDATES = 256;

    /** {@code [B, H]}. */
    public static final String ROWS = BackboneGraph.ROWS;
    /** {@code [1]}: what logits are divided by. Drawing only. */
    public static final String TEMPERATURE = OnnxGraph.PREFIX + "temperature";
    /** {@code [B, N]} ids, the likeliest first; N is 1 for greedy writing. */
    public static final String CANDIDATE_IDS = OnnxGraph.PREFIX + "candidate_ids";
    /** {@code [B, N]}, of the whole vocabulary's distribution. Drawing only. */
    public static final String CANDIDATE_PROBABILITIES = OnnxGraph.PREFIX + "candidate_probabilities";

    private static final long VOCABULARY_AXIS = 1;

    private GenerationGraph() {}

    /** @param uniformTypes of the tail's uniform values */
    public static ModelProto derive(LmHeadInliner tail, Map<String, DataType> uniformTypes, boolean greedy) {
        ModelProto.Builder model = tail.model(uniformTypes);
        GraphProto.Builder graph = model.getGraphBuilder();
        OnnxGraph editor = new OnnxGraph(graph, tail.opset());
        editor.input(ROWS, tail.rowType(), "batch", "hidden");
        String logits = tail.logits(editor, ROWS);
        if (greedy) {
            String likeliest = editor.node("ArgMax", List.of(logits), OnnxGraph.attribute("axis", VOCABULARY_AXIS));
            editor.output(CANDIDATE_IDS, likeliest, DataType.INT64, "batch", 1);
        } else {
            draw(editor, logits, Math.min(CANDIDATES, tail.vocabularySize()));
        }
        PrunedGraph.prune(graph);
        return model.build();
    }

    private static void draw(OnnxGraph editor, String logits, int candidates) {
        String temperature = editor.input(TEMPERATURE, DataType.FLOAT, 1);
        String probabilities = editor.node(
                "Softmax",
                List.of(editor.node("Div", List.of(logits, temperature))),
                OnnxGraph.attribute("axis", VOCABULARY_AXIS));
        List<String> likeliest = editor.nodes(
                "TopK",
                2,
                List.of(probabilities, editor.integers(candidates)),
                OnnxGraph.attribute("axis", VOCABULARY_AXIS));
        editor.output(CANDIDATE_PROBABILITIES, likeliest.get(0), DataType.FLOAT, "batch", candidates);
        editor.output(CANDIDATE_IDS, likeliest.get(1), DataType.INT64, "batch", candidates);
    }
}

package io.stillstream.scorer.onnx.graph;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.List;
import java.util.Map;

/**
 * Derives from a decoder's {@link LmHead} the graph that chooses next tokens: for hidden states {@code [B, H]} its outputs are
 * the most likely token of each row, or the most likely tokens to sample from, and whether its logits can be compared at all.
 */
public final class GenerationGraph {

    /** How many of the most likely tokens a sampled one is chosen from. */
    static final int TOP_TOKENS = 256;

    /** {@code [B, H]}. */
    public static final String ROWS = BackboneGraph.ROWS;
    /** {@code [1]}: what logits are divided by; an input for sampling alone */
    public static final String TEMPERATURE = OnnxGraph.PREFIX + "temperature";
    /** {@code [B, N]} ids, the most likely first; N is 1 for greedy generation. */
    public static final String TOP_IDS = OnnxGraph.PREFIX + "top_ids";
    /** {@code [B, N]}, of the whole vocabulary's distribution; an output for sampling alone. */
    public static final String TOP_PROBABILITIES = OnnxGraph.PREFIX + "top_probabilities";

    /** {@code [B, 1]}: 0 where all logits of a row are finite numbers, else NaN. */
    public static final String CHECK = OnnxGraph.PREFIX + "check";

    private static final long VOCABULARY_AXIS = 1;

    /** Of its file. */
    public static String name(boolean greedy) {
        return greedy ? "greedy" : "sampling";
    }

    private GenerationGraph() {}

    /** @param runConstantTypes of what the head reads of the backbone's run */
    public static ModelProto derive(LmHeadInliner lmHead, Map<String, DataType> runConstantTypes, boolean greedy) {
        ModelProto.Builder model = lmHead.model(runConstantTypes);
        OnnxGraph graph = OnnxGraph.appendTo(model.getGraphBuilder(), lmHead.opset());
        graph.input(ROWS, lmHead.rowType(), "batch", "hidden");
        String logits = lmHead.logits(graph, ROWS);
        if (greedy) {
            String mostLikely = graph.node("ArgMax", List.of(logits), OnnxGraph.attribute("axis", VOCABULARY_AXIS));
            graph.output(TOP_IDS, mostLikely, DataType.INT64, "batch", 1);
        } else {
            sample(graph, logits, Math.min(TOP_TOKENS, lmHead.vocabularySize()));
        }
        // NaN and infinity times 0 are NaN, and so is a mean with one.
        String zeros = graph.node("Mul", List.of(logits, graph.scalar(0f)));
        graph.output(CHECK, graph.reduce("ReduceMean", zeros, VOCABULARY_AXIS), DataType.FLOAT, "batch", 1);
        PrunedGraph.prune(model.getGraphBuilder());
        return model.build();
    }

    private static void sample(OnnxGraph graph, String logits, int count) {
        String temperature = graph.input(TEMPERATURE, DataType.FLOAT, 1);
        String probabilities = graph.node(
                "Softmax",
                List.of(graph.node("Div", List.of(logits, temperature))),
                OnnxGraph.attribute("axis", VOCABULARY_AXIS));
        List<String> mostLikely = graph.nodes(
                "TopK", 2, List.of(probabilities, graph.integers(count)), OnnxGraph.attribute("axis", VOCABULARY_AXIS));
        graph.output(TOP_PROBABILITIES, mostLikely.get(0), DataType.FLOAT, "batch", count);
        graph.output(TOP_IDS, mostLikely.get(1), DataType.INT64, "batch", count);
    }
}

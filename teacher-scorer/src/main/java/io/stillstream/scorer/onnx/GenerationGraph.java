package io.stillstream.scorer.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.List;

/**
 * Derives from a decoder the graph that writes: it keeps the key-value cache's outputs and, instead of logits, puts out
 * the likeliest token of each row, or the likeliest candidates to draw from.
 */
final class GenerationGraph {

    /** How many of the likeliest tokens leave the graph to be drawn from. */
    static final int CANDIDATES = 256;

    /** {@code [1]}: what logits are divided by. Drawing only. */
    static final String TEMPERATURE = GraphEditor.PREFIX + "temperature";
    /** {@code [B, 1, N]} ids, the likeliest first; N is 1 for greedy writing. */
    static final String CANDIDATE_IDS = GraphEditor.PREFIX + "candidate_ids";
    /** {@code [B, 1, N]}, of the whole vocabulary's distribution. Drawing only. */
    static final String CANDIDATE_PROBABILITIES = GraphEditor.PREFIX + "candidate_probabilities";

    private static final long VOCABULARY_AXIS = 2;

    private GenerationGraph() {}

    static ModelProto greedy(DecoderGraph decoder) {
        ModelProto.Builder model = decoder.model().toBuilder();
        GraphProto.Builder graph = model.getGraphBuilder();
        GraphEditor editor = new GraphEditor(graph, decoder.opset());
        String logits = SelectedLogits.append(graph, editor);
        removeLogits(graph);
        String likeliest = editor.node("ArgMax", List.of(logits), GraphEditor.attribute("axis", VOCABULARY_AXIS));
        editor.output(CANDIDATE_IDS, likeliest, DataType.INT64, "batch", "selected", 1);
        return model.build();
    }

    static ModelProto drawing(DecoderGraph decoder, int vocabularySize) {
        ModelProto.Builder model = decoder.model().toBuilder();
        GraphProto.Builder graph = model.getGraphBuilder();
        GraphEditor editor = new GraphEditor(graph, decoder.opset());
        String logits = SelectedLogits.append(graph, editor);
        removeLogits(graph);
        int candidates = Math.min(CANDIDATES, vocabularySize);
        String temperature = editor.input(TEMPERATURE, DataType.FLOAT, 1);
        String probabilities = editor.node(
                "Softmax",
                List.of(editor.node("Div", List.of(logits, temperature))),
                GraphEditor.attribute("axis", VOCABULARY_AXIS));
        List<String> likeliest = editor.nodes(
                "TopK",
                2,
                List.of(probabilities, editor.integers(candidates)),
                GraphEditor.attribute("axis", VOCABULARY_AXIS));
        editor.output(CANDIDATE_PROBABILITIES, likeliest.get(0), DataType.FLOAT, "batch", "selected", candidates);
        editor.output(CANDIDATE_IDS, likeliest.get(1), DataType.INT64, "batch", "selected", candidates);
        return model.build();
    }

    private static void removeLogits(GraphProto.Builder graph) {
        for (int i = graph.getOutputCount() - 1; i >= 0; i--) {
            if (graph.getOutput(i).getName().equals(DecoderSignature.LOGITS)) {
                graph.removeOutput(i);
            }
        }
    }
}

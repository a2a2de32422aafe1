package io.stillstream.scorer.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.stillstream.contract.Ranking;
import io.stillstream.contract.Selection;
import java.util.List;

/**
 * Derives from a decoder the graph that puts out what a record needs and nothing more: for R response positions of
 * vocabulary V it moves {@code 3R + K + RK} numbers out of the runtime instead of {@code RV}, and {@code 3R + 2RK} where
 * each position has columns of its own.
 *
 * <p>With logits x, softmax p, and the mask m that is 1 at response positions and 0 at padding, all in fp32:
 *
 * <pre>
 *   logZ = max x − log max p               since max p = exp(max x − logZ), and max p is never below 1/V
 *   deviation = √(Σ (x − mean x)² / (V − 1))
 *   columns = the K largest of m p         m p, [1, R] by [R, V], sums each column over the response
 * </pre>
 *
 * Log-probabilities are x − logZ, taken at the next token and at the columns. The other columns there are:
 *
 * <ul>
 *   <li>{@link Selection#TOKEN}: the K largest x of each position, which are the K largest p;
 *   <li>{@link Ranking#STANDARDISED}: p, and with it logZ, are those of x / (deviation + ε) for the columns and their
 *       log-probabilities, and for nothing else.
 * </ul>
 */
final class ScoringGraph {

    /** {@code [B, R, 1]}: the token that follows each selected position. */
    static final String NEXT_IDS = GraphEditor.PREFIX + "next_ids";
    /** {@code [B, 1, R]}: 1 for response positions, 0 for padding. Of SEQUENCE graphs alone. */
    static final String RESPONSE_MASK = GraphEditor.PREFIX + "response_mask";

    static final String LOG_Z = GraphEditor.PREFIX + "log_z";
    static final String DEVIATION = GraphEditor.PREFIX + "logit_standard_deviation";
    static final String LOG_PROBABILITY = GraphEditor.PREFIX + "log_probability";
    /** {@code [B, 1, K]} for SEQUENCE, {@code [B, R, K]} for TOKEN. */
    static final String COLUMNS = GraphEditor.PREFIX + "columns";

    static final String COLUMN_LOG_PROBABILITIES = GraphEditor.PREFIX + "column_log_probabilities";

    private static final long VOCABULARY_AXIS = 2;

    /** ε: what the MultiLevelOT authors' released code adds to the deviation that it divides logits by. */
    private static final float DEVIATION_EPSILON = 1e-4f;

    /** The ids of the columns and the logarithms of what they are ranked by, which both are values of the graph. */
    private record Columns(String ids, String logProbabilities) {}

    private ScoringGraph() {}

    static ModelProto derive(DecoderGraph decoder, int vocabularySize, KeptColumns kept) {
        ModelProto.Builder model = decoder.model().toBuilder();
        GraphProto.Builder graph = model.getGraphBuilder();
        GraphEditor editor = new GraphEditor(graph, decoder.opset());

        String logits = SelectedLogits.append(graph, editor);
        String nextIds = editor.input(NEXT_IDS, DataType.INT64, "batch", "selected", 1);
        String probabilities = softmax(editor, logits);
        String logZ = logZ(editor, logits, probabilities);
        String deviation = deviation(editor, logits, vocabularySize);
        Columns columns;
        if (kept.selection() == Selection.TOKEN) {
            columns = columnsOfPositions(editor, logits, logZ, kept.k());
        } else if (kept.ranking() == Ranking.PROBABILITY) {
            columns = columnsOfResponse(editor, logits, probabilities, logZ, nextIds, kept.k());
        } else {
            String scale = editor.node("Add", List.of(deviation, editor.number(DEVIATION_EPSILON)));
            String scaled = editor.node("Div", List.of(logits, scale));
            String ranked = softmax(editor, scaled);
            columns = columnsOfResponse(editor, scaled, ranked, logZ(editor, scaled, ranked), nextIds, kept.k());
        }

        graph.clearOutput();
        editor.output(LOG_Z, logZ, DataType.FLOAT, "batch", "selected", 1);
        editor.output(DEVIATION, deviation, DataType.FLOAT, "batch", "selected", 1);
        editor.output(
                LOG_PROBABILITY, logProbability(editor, logits, nextIds, logZ), DataType.FLOAT, "batch", "selected", 1);
        Object rowsOfIds = kept.selection() == Selection.SEQUENCE ? 1 : "selected";
        editor.output(COLUMNS, columns.ids(), DataType.INT64, "batch", rowsOfIds, kept.k());
        editor.output(
                COLUMN_LOG_PROBABILITIES, columns.logProbabilities(), DataType.FLOAT, "batch", "selected", kept.k());
        return model.build();
    }

    private static Columns columnsOfResponse(
            GraphEditor editor, String logits, String probabilities, String logZ, String nextIds, int k) {
        String mask = editor.input(RESPONSE_MASK, DataType.FLOAT, "batch", 1, "selected");
        String sums = editor.node("MatMul", List.of(mask, probabilities));
        String columns = largest(editor, sums, k).get(1);
        String columnsOfEachPosition = editor.node("Expand", List.of(columns, editor.node("Shape", List.of(nextIds))));
        return new Columns(columns, logProbability(editor, logits, columnsOfEachPosition, logZ));
    }

    private static Columns columnsOfPositions(GraphEditor editor, String logits, String logZ, int k) {
        List<String> largest = largest(editor, logits, k);
        return new Columns(largest.get(1), editor.node("Sub", List.of(largest.get(0), logZ)));
    }

    /** Values and ids of the k largest columns of each row, largest first. */
    private static List<String> largest(GraphEditor editor, String rows, int k) {
        return editor.nodes(
                "TopK", 2, List.of(rows, editor.integers(k)), GraphEditor.attribute("axis", VOCABULARY_AXIS));
    }

    private static String softmax(GraphEditor editor, String logits) {
        return editor.node("Softmax", List.of(logits), GraphEditor.attribute("axis", VOCABULARY_AXIS));
    }

    private static String logZ(GraphEditor editor, String logits, String probabilities) {
        return editor.node(
                "Sub",
                List.of(
                        editor.reduce("ReduceMax", logits, VOCABULARY_AXIS),
                        editor.node("Log", List.of(editor.reduce("ReduceMax", probabilities, VOCABULARY_AXIS)))));
    }

    /**
     * Adds V squares as the mean over rows of the sums of each row's, for a single running sum of so many fp32 numbers
     * is wrong in its fourth digit.
     */
    private static String deviation(GraphEditor editor, String logits, int vocabularySize) {
        int columns = largestDivisorUpToRoot(vocabularySize);
        int rows = vocabularySize / columns;
        String centred = editor.node("Sub", List.of(logits, editor.reduce("ReduceMean", logits, VOCABULARY_AXIS)));
        String table = editor.node("Reshape", List.of(centred, editor.integers(0, 0, rows, columns)));
        String rowSums = editor.node(
                "Reshape",
                List.of(editor.reduce("ReduceSumSquare", table, VOCABULARY_AXIS + 1), editor.integers(0, 0, rows)));
        String mean = editor.reduce("ReduceMean", rowSums, VOCABULARY_AXIS);
        String scale = editor.number((float) rows / Math.max(1, vocabularySize - 1));
        return editor.node("Sqrt", List.of(editor.node("Mul", List.of(mean, scale))));
    }

    private static int largestDivisorUpToRoot(int number) {
        int divisor = (int) Math.sqrt(number);
        while (number % divisor != 0) {
            divisor--;
        }
        return divisor;
    }

    private static String logProbability(GraphEditor editor, String logits, String ids, String logZ) {
        String chosen =
                editor.node("GatherElements", List.of(logits, ids), GraphEditor.attribute("axis", VOCABULARY_AXIS));
        return editor.node("Sub", List.of(chosen, logZ));
    }
}

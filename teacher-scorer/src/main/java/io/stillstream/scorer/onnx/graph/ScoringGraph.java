package io.stillstream.scorer.onnx.graph;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.Selection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Derives from a decoder's {@link LmHead} the graph whose outputs are what a record needs and nothing more: of R response
 * positions of vocabulary V it moves {@code 3R + K + RK} numbers out of the runtime instead of {@code RV}, and
 * {@code 3R + 2RK} where each position has columns of its own.
 *
 * <p>It takes the hidden states of a batch's positions in I chunks of C, and holds the logits of one chunk at a time. With
 * logits x, softmax p, and the membership m that is 1 where a position belongs to a response, all in fp32:
 *
 * <pre>
 *   first pass    logZ = max x − log max p             since max p = exp(max x − logZ), and max p is never below 1/V
 *                 deviation = √(Σ (x − mean x)² / (V − 1))
 *                 sums += m p                          [B, V]: each column over each response
 *   between       columns = the K largest of sums
 *   second pass   x at the columns, of the projection's K columns alone
 * </pre>
 *
 * Log-probabilities are x − logZ, taken at the next token and at the columns. The other columns there are:
 *
 * <ul>
 *   <li>{@link Selection#TOKEN}: the K largest x of each position, which are the K largest p, in the first pass;
 *   <li>{@link Selection#SAMPLED}: K draws from p at each position, instead of their log-probabilities;
 *   <li>with a {@linkplain VocabularyProjection projection}: the K largest sums of p over the tokens that count for one of
 *       another vocabulary, and their logarithms;
 *   <li>another {@linkplain ColumnSelection#temperature temperature} τ: p, and with it logZ, are those of x / τ for the
 *       columns and their log-probabilities, and for nothing else;
 *   <li>{@link Ranking#STANDARDISED}: p, and with it logZ, are those of x / (deviation + ε) for the columns and their
 *       log-probabilities, and for nothing else.
 * </ul>
 *
 * A chunk's positions may be of several responses, at most S of them: its slots.
 */
public final class ScoringGraph {

    /** {@code [I, C, H]}. */
    public static final String ROWS = BackboneGraph.ROWS;
    /** {@code [I, C, 1]}: the token that follows each position. */
    public static final String NEXT_IDS = OnnxGraph.PREFIX + "next_ids";
    /** {@code [I, S, C]}: 1 where a position is of a slot's response, 0 elsewhere. Of SEQUENCE graphs alone, as are the next. */
    public static final String MEMBERSHIP = OnnxGraph.PREFIX + "membership";
    /** {@code [I, B, S]}: 1 where a slot holds a response, 0 elsewhere. */
    public static final String ASSIGNMENT = OnnxGraph.PREFIX + "assignment";
    /** {@code [I, S]}: which response a slot holds. */
    public static final String SLOTS = OnnxGraph.PREFIX + "slots";
    /** {@code [I, C, 1]}: which slot a position is of. */
    public static final String SLOT_OF_ROW = OnnxGraph.PREFIX + "slot_of_row";

    /** {@code [I, C, 2, K]}, in [0, 1) and of 23 bits: what decides the draws. Of SAMPLED graphs alone. */
    public static final String UNIFORMS = OnnxGraph.PREFIX + "uniforms";

    public static final String LOG_Z = OnnxGraph.PREFIX + "log_z";
    public static final String DEVIATION = OnnxGraph.PREFIX + "logit_standard_deviation";
    public static final String LOG_PROBABILITY = OnnxGraph.PREFIX + "log_probability";
    /** {@code [B, K]} for SEQUENCE, {@code [I, C, K]} for TOKEN and SAMPLED. */
    public static final String COLUMNS = OnnxGraph.PREFIX + "columns";
    /** {@code [I, C, K]}; SAMPLED graphs have none. */
    public static final String COLUMN_LOG_PROBABILITIES = OnnxGraph.PREFIX + "column_log_probabilities";

    private static final long VOCABULARY_AXIS = 1;

    /** ε: what the MultiLevelOT authors' released code adds to the deviation that it divides logits by. */
    private static final float DEVIATION_EPSILON = 1e-4f;

    private final LmHeadInliner lmHead;
    private final ColumnSelection columnSelection;
    private final OnnxGraph graph;

    /** Of its file. */
    public static String name(ColumnSelection columnSelection) {
        return "scoring-" + columnSelection.key();
    }

    private ScoringGraph(LmHeadInliner lmHead, ColumnSelection columnSelection, OnnxGraph graph) {
        this.lmHead = lmHead;
        this.columnSelection = columnSelection;
        this.graph = graph;
    }

    /** @param runConstantTypes of what the head reads of the backbone's run */
    public static ModelProto derive(
            LmHeadInliner lmHead, Map<String, DataType> runConstantTypes, ColumnSelection columnSelection) {
        ModelProto.Builder model = lmHead.model(runConstantTypes);
        OnnxGraph graph = OnnxGraph.appendTo(model.getGraphBuilder(), lmHead.opset());
        graph.input(ROWS, lmHead.rowType(), "chunks", "positions", "hidden");
        graph.input(NEXT_IDS, DataType.INT64, "chunks", "positions", 1);
        ScoringGraph scoring = new ScoringGraph(lmHead, columnSelection, graph);
        if (columnSelection.selection() == Selection.SEQUENCE) {
            graph.input(MEMBERSHIP, DataType.FLOAT, "chunks", "slots", "positions");
            graph.input(ASSIGNMENT, DataType.FLOAT, "chunks", "batch", "slots");
            graph.input(SLOTS, DataType.INT64, "chunks", "slots");
            graph.input(SLOT_OF_ROW, DataType.INT64, "chunks", "positions", 1);
            scoring.columnsOfResponses();
        } else if (columnSelection.selection() == Selection.SAMPLED) {
            graph.input(UNIFORMS, DataType.FLOAT, "chunks", "positions", 2, columnSelection.k());
            scoring.drawnColumns();
        } else {
            scoring.columnsOfPositions();
        }
        PrunedGraph.prune(model.getGraphBuilder());
        return model.build();
    }

    private void columnsOfPositions() {
        OnnxGraph body = graph.loopBody("first", List.of(), DataType.FLOAT);
        Statistics statistics = statistics(body, chunk(body, ROWS));
        Ranked ranked = ranked(body, statistics);
        VocabularyProjection projection = columnSelection.projection();
        List<String> largest;
        String values;
        if (projection == null) {
            largest = largest(body, ranked.logits(), columnSelection.k());
            values = body.node("Sub", List.of(largest.get(0), ranked.logZ()));
        } else {
            String masses = projection.masses(graph, body, ranked.probabilities());
            largest = largest(body, masses, columnSelection.k());
            values = body.node("Log", List.of(largest.get(0)));
        }
        List<String> outputs = graph.loop(
                trips(),
                body,
                List.of(),
                List.of(),
                List.of(
                        statistics.logZ(),
                        statistics.deviation(),
                        statistics.logProbability(),
                        largest.get(1),
                        values));
        output(outputs.subList(0, 3));
        graph.output(COLUMNS, outputs.get(3), DataType.INT64, "chunks", "positions", columnSelection.k());
        graph.output(
                COLUMN_LOG_PROBABILITIES, outputs.get(4), DataType.FLOAT, "chunks", "positions", columnSelection.k());
    }

    private void drawnColumns() {
        OnnxGraph body = graph.loopBody("first", List.of(), DataType.FLOAT);
        Statistics statistics = statistics(body, chunk(body, ROWS));
        String drawn = drawn(body, ranked(body, statistics).probabilities(), chunk(body, UNIFORMS));
        List<String> outputs = graph.loop(
                trips(),
                body,
                List.of(),
                List.of(),
                List.of(statistics.logZ(), statistics.deviation(), statistics.logProbability(), drawn));
        output(outputs.subList(0, 3));
        graph.output(COLUMNS, outputs.get(3), DataType.INT64, "chunks", "positions", columnSelection.k());
    }

    /**
     * Tokens {@code [C, K]} drawn from probabilities {@code [C, V]}, by the inverse of their cumulative sums: first a block of
     * about √V tokens, then one of these. So no sum has more than √V addends, and none is off by more than √V / 2²⁴ of itself,
     * where a single one would be by V / 2²⁴; within a block that is of the block's sum, however small. What has
     * probability 0 is never drawn.
     *
     * @param uniforms {@code [C, 2, K]}
     */
    private String drawn(OnnxGraph body, String probabilities, String uniforms) {
        int vocabularySize = lmHead.vocabularySize();
        int width = (int) Math.ceil(Math.sqrt(vocabularySize));
        int blocks = (vocabularySize + width - 1) / width;
        int k = columnSelection.k();
        String padded = body.node(
                "Pad", List.of(probabilities, body.integers(0, 0, 0, (long) blocks * width - vocabularySize)));
        String within = body.node("CumSum", List.of(body.reshape(padded, 0, blocks, width), body.integers(2)));
        String sums = body.reshape(last(body, within, width), 0, blocks);
        String cumulative = body.reshape(body.node("CumSum", List.of(sums, body.integers(1))), 0, 1, blocks);
        String block = firstAbove(body, cumulative, uniform(body, uniforms, 0), blocks);
        String chosen = body.node(
                "GatherND", List.of(within, body.reshape(block, 0, k, 1)), OnnxGraph.attribute("batch_dims", 1));
        String token = firstAbove(body, chosen, uniform(body, uniforms, 1), width);
        return body.node("Add", List.of(body.node("Mul", List.of(block, body.integers(width))), token));
    }

    /** Of {@code [C, 2, K]} one of the two, as {@code [C, K, 1]}. */
    private String uniform(OnnxGraph body, String uniforms, long which) {
        String chosen = body.node("Gather", List.of(uniforms, body.scalar(which)), OnnxGraph.attribute("axis", 1));
        return body.reshape(chosen, 0, columnSelection.k(), 1);
    }

    /** The first {@code [C, K]} of cumulative sums along the last axis that is above a share of the last of them. */
    private static String firstAbove(OnnxGraph body, String cumulative, String share, int size) {
        String bound = body.node("Mul", List.of(share, last(body, cumulative, size)));
        String above = body.cast(body.node("Greater", List.of(cumulative, bound)), DataType.FLOAT);
        return body.node("ArgMax", List.of(above), OnnxGraph.attribute("axis", 2), OnnxGraph.attribute("keepdims", 0));
    }

    /** The last along the last of three axes, which stays with size 1. */
    private static String last(OnnxGraph body, String values, int size) {
        return body.node("Gather", List.of(values, body.integers(size - 1L)), OnnxGraph.attribute("axis", 2));
    }

    private void columnsOfResponses() {
        String before = OnnxGraph.PREFIX + "sums";
        OnnxGraph body = graph.loopBody("first", List.of(before), DataType.FLOAT);
        Statistics statistics = statistics(body, chunk(body, ROWS));
        Ranked ranked = ranked(body, statistics);
        String ofSlots = body.node("MatMul", List.of(chunk(body, MEMBERSHIP), ranked.probabilities()));
        String ofResponses = body.node("MatMul", List.of(chunk(body, ASSIGNMENT), ofSlots));
        List<String> scanned =
                new ArrayList<>(List.of(statistics.logZ(), statistics.deviation(), statistics.logProbability()));
        if (columnSelection.scaled()) {
            scanned.add(ranked.logZ());
        }
        if (columnSelection.ranking() == Ranking.STANDARDISED) {
            scanned.add(scale(body, statistics.deviation()));
        }
        List<String> outputs = graph.loop(
                trips(), body, List.of(zeros()), List.of(body.node("Add", List.of(before, ofResponses))), scanned);
        output(outputs.subList(1, 4));
        String columns = largest(graph, outputs.get(0), columnSelection.k()).get(1);
        graph.output(COLUMNS, columns, DataType.INT64, "batch", columnSelection.k());

        OnnxGraph second = graph.loopBody("second", List.of(), DataType.FLOAT);
        String logits = logitsAt(second, columns);
        String logZ = outputs.get(1);
        if (columnSelection.scaled()) {
            logZ = outputs.get(4);
            String scale = columnSelection.ranking() == Ranking.STANDARDISED
                    ? chunk(second, outputs.get(5))
                    : second.scalar(columnSelection.temperature());
            logits = second.node("Div", List.of(logits, scale));
        }
        String values = second.node("Sub", List.of(logits, chunk(second, logZ)));
        String stacked = graph.loop(trips(), second, List.of(), List.of(), List.of(values))
                .get(0);
        graph.output(COLUMN_LOG_PROBABILITIES, stacked, DataType.FLOAT, "chunks", "positions", columnSelection.k());
    }

    /** Logits {@code [C, K]} of a chunk's positions at the columns {@code [B, K]} of their responses. */
    private String logitsAt(OnnxGraph body, String columns) {
        String rows = chunk(body, ROWS);
        String ofSlots = body.node("Gather", List.of(columns, chunk(body, SLOTS)));
        String slotOfRow = chunk(body, SLOT_OF_ROW);
        String ids = body.node("Reshape", List.of(ofSlots, body.integers(-1)));
        String width = body.integers(columnSelection.k());
        String within = body.node(
                "Add",
                List.of(body.node("Mul", List.of(slotOfRow, width)), body.integers(ascending(columnSelection.k()))));
        return lmHead.logits(body, rows, ids)
                .map(logits -> body.node(
                        "GatherElements", List.of(logits, within), OnnxGraph.attribute("axis", VOCABULARY_AXIS)))
                .orElseGet(() -> body.node(
                        "GatherElements",
                        List.of(lmHead.logits(body, rows), body.node("Gather", List.of(ids, within))),
                        OnnxGraph.attribute("axis", VOCABULARY_AXIS)));
    }

    /** Of a chunk: logits {@code [C, V]}, and a number {@code [C, 1]} a position. */
    private record Statistics(
            String logits, String probabilities, String logZ, String deviation, String logProbability) {}

    private Statistics statistics(OnnxGraph body, String rows) {
        String logits = lmHead.logits(body, rows);
        String probabilities = softmax(body, logits);
        String logZ = logZ(body, logits, probabilities);
        String ofNext = body.node(
                "GatherElements", List.of(logits, chunk(body, NEXT_IDS)), OnnxGraph.attribute("axis", VOCABULARY_AXIS));
        return new Statistics(
                logits, probabilities, logZ, deviation(body, logits), body.node("Sub", List.of(ofNext, logZ)));
    }

    /** Of a chunk: what columns are chosen and taken from, logits {@code [C, V]} with their softmax and its logZ. */
    private record Ranked(String logits, String probabilities, String logZ) {}

    private Ranked ranked(OnnxGraph body, Statistics statistics) {
        if (!columnSelection.scaled()) {
            return new Ranked(statistics.logits(), statistics.probabilities(), statistics.logZ());
        }
        String scaled = body.node("Div", List.of(statistics.logits(), scale(body, statistics.deviation())));
        String probabilities = softmax(body, scaled);
        return new Ranked(scaled, probabilities, logZ(body, scaled, probabilities));
    }

    /** What the logits of columns are divided by: a number a position, or one for all. */
    private String scale(OnnxGraph body, String deviation) {
        return columnSelection.ranking() == Ranking.STANDARDISED
                ? body.node("Add", List.of(deviation, body.scalar(DEVIATION_EPSILON)))
                : body.scalar(columnSelection.temperature());
    }

    private void output(List<String> statistics) {
        List<String> names = List.of(LOG_Z, DEVIATION, LOG_PROBABILITY);
        for (int i = 0; i < names.size(); i++) {
            graph.output(names.get(i), statistics.get(i), DataType.FLOAT, "chunks", "positions", 1);
        }
    }

    private String trips() {
        return graph.node("Gather", List.of(graph.node("Shape", List.of(ROWS)), graph.scalar(0)));
    }

    /** {@code [B, V]}. */
    private String zeros() {
        String batch = graph.node("Gather", List.of(graph.node("Shape", List.of(ASSIGNMENT)), graph.integers(1)));
        return graph.node(
                "ConstantOfShape",
                List.of(graph.node(
                        "Concat",
                        List.of(batch, graph.integers(lmHead.vocabularySize())),
                        OnnxGraph.attribute("axis", 0))));
    }

    private static String chunk(OnnxGraph body, String chunks) {
        return body.node("Gather", List.of(chunks, body.iteration()));
    }

    /** Values and ids of the k largest columns of each row, largest first. */
    private static List<String> largest(OnnxGraph graph, String rows, int k) {
        return graph.nodes("TopK", 2, List.of(rows, graph.integers(k)), OnnxGraph.attribute("axis", VOCABULARY_AXIS));
    }

    private static String softmax(OnnxGraph graph, String logits) {
        return graph.node("Softmax", List.of(logits), OnnxGraph.attribute("axis", VOCABULARY_AXIS));
    }

    private static String logZ(OnnxGraph graph, String logits, String probabilities) {
        return graph.node(
                "Sub",
                List.of(
                        graph.reduce("ReduceMax", logits, VOCABULARY_AXIS),
                        graph.node("Log", List.of(graph.reduce("ReduceMax", probabilities, VOCABULARY_AXIS)))));
    }

    /**
     * Adds V squares as the mean over rows of the sums of each row's, for a single running sum of so many fp32 numbers
     * is wrong in its fourth digit.
     */
    private String deviation(OnnxGraph body, String logits) {
        int vocabularySize = lmHead.vocabularySize();
        int columns = largestDivisorUpToRoot(vocabularySize);
        int rows = vocabularySize / columns;
        String centred = body.node("Sub", List.of(logits, body.reduce("ReduceMean", logits, VOCABULARY_AXIS)));
        String table = body.node("Reshape", List.of(centred, body.integers(0, rows, columns)));
        String rowSums = body.node(
                "Reshape", List.of(body.reduce("ReduceSumSquare", table, VOCABULARY_AXIS + 1), body.integers(0, rows)));
        String mean = body.reduce("ReduceMean", rowSums, VOCABULARY_AXIS);
        String scale = body.scalar((float) rows / Math.max(1, vocabularySize - 1));
        return body.node("Sqrt", List.of(body.node("Mul", List.of(mean, scale))));
    }

    private static int largestDivisorUpToRoot(int number) {
        int divisor = (int) Math.sqrt(number);
        while (number % divisor != 0) {
            divisor--;
        }
        return divisor;
    }

    private static long[] ascending(int count) {
        long[] numbers = new long[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = i;
        }
        return numbers;
    }
}

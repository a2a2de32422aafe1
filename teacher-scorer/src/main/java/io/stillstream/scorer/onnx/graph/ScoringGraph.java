package io.stillstream.scorer.onnx.graph;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.stillstream.contract.Ranking;
import io.stillstream.contract.Selection;
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

    public static final String LOG_Z = OnnxGraph.PREFIX + "log_z";
    public static final String DEVIATION = OnnxGraph.PREFIX + "logit_standard_deviation";
    public static final String LOG_PROBABILITY = OnnxGraph.PREFIX + "log_probability";
    /** {@code [B, K]} for SEQUENCE, {@code [I, C, K]} for TOKEN. */
    public static final String COLUMNS = OnnxGraph.PREFIX + "columns";
    /** {@code [I, C, K]}. */
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

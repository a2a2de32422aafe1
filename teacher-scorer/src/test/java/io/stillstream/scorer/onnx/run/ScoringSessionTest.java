package io.stillstream.scorer.onnx.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.Selection;
import io.stillstream.scorer.onnx.Rounding;
import io.stillstream.scorer.onnx.TinyDecoder;
import io.stillstream.scorer.onnx.graph.ColumnSelection;
import io.stillstream.scorer.onnx.graph.DecoderGraph;
import io.stillstream.scorer.onnx.graph.LmHead;
import io.stillstream.scorer.onnx.graph.LmHeadInliner;
import io.stillstream.scorer.onnx.graph.ScoringGraph;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes out must not depend on how positions are laid into chunks. */
final class ScoringSessionTest {

    private static final List<ColumnSelection> KEPT = List.of(
            new ColumnSelection(Selection.SEQUENCE, Ranking.PROBABILITY, 6),
            new ColumnSelection(Selection.SEQUENCE, Ranking.STANDARDISED, 6),
            new ColumnSelection(Selection.SEQUENCE, Ranking.PROBABILITY, 2, 6),
            new ColumnSelection(Selection.TOKEN, Ranking.PROBABILITY, 6),
            new ColumnSelection(Selection.SAMPLED, Ranking.PROBABILITY, 6));
    private static final List<Long> SEEDS = List.of(1L, 2L, 3L);
    private static final int DRAWS = 255;
    private static final int DRAWN_POSITIONS = 200;
    /** Exceeded by one in a thousand sums of 26 squared standard normal numbers. */
    private static final double CHI_SQUARE_26 = 54.05;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8, 17, 1000})
    void score_chunksOfAnySize_agreesWithOneChunkForEachResponse(int chunkPositions) throws IOException, OrtException {
        List<int[]> responses =
                List.of(new int[] {3, 1, 4, 1, 5}, new int[] {9}, new int[] {2, 6, 5, 3, 5, 8, 9, 7, 9});
        for (ColumnSelection columnSelection : KEPT) {
            try (OrtSession graph = graph(columnSelection)) {
                List<HiddenStates> states = responses.stream()
                        .map(response -> states(response.length))
                        .toList();
                List<Distribution> inChunks =
                        session(graph, columnSelection, chunkPositions).score(states, responses, SEEDS);
                for (int i = 0; i < responses.size(); i++) {
                    Distribution alone = session(graph, columnSelection, 1000)
                            .score(List.of(states.get(i)), List.of(responses.get(i)), List.of(SEEDS.get(i)))
                            .get(0);
                    assertClose(inChunks.get(i).logZ(), alone.logZ());
                    assertClose(inChunks.get(i).logitStandardDeviation(), alone.logitStandardDeviation());
                    assertClose(inChunks.get(i).logProbability(), alone.logProbability());
                    assertThat(inChunks.get(i).columns()).isEqualTo(alone.columns());
                    assertClose(inChunks.get(i).columnLogProbabilities(), alone.columnLogProbabilities());
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {1, 2})
    void score_sampledColumns_haveTheFrequenciesOfTheDistribution(float temperature) throws IOException, OrtException {
        HiddenStates one = states(1);
        HiddenStates many = new HiddenStates();
        for (int position = 0; position < DRAWN_POSITIONS; position++) {
            many.append(one.row(), 1);
        }
        double[] expected = new double[TinyDecoder.VOCABULARY];
        ColumnSelection all =
                new ColumnSelection(Selection.TOKEN, Ranking.PROBABILITY, temperature, TinyDecoder.VOCABULARY);
        try (OrtSession graph = graph(all)) {
            Distribution exact = session(graph, all, 1000)
                    .score(List.of(one), List.of(new int[] {1}), List.of(0L))
                    .get(0);
            for (int column = 0; column < expected.length; column++) {
                expected[exact.columns()[column]] = Math.exp(exact.columnLogProbabilities()[column]);
            }
        }
        ColumnSelection sampled = new ColumnSelection(Selection.SAMPLED, Ranking.PROBABILITY, temperature, DRAWS);
        double[] counts = new double[TinyDecoder.VOCABULARY];
        try (OrtSession graph = graph(sampled)) {
            Distribution drawn = session(graph, sampled, 64)
                    .score(List.of(many), List.of(new int[DRAWN_POSITIONS]), List.of(5L))
                    .get(0);
            for (int i = 0; i < drawn.columns().length; i++) {
                double count = DRAWS * Math.exp(drawn.columnLogProbabilities()[i]);
                assertThat(count).isCloseTo(Math.rint(count), within(1e-3));
                counts[drawn.columns()[i]] += Math.rint(count);
            }
        }
        double draws = DRAWS * DRAWN_POSITIONS;
        assertThat(Arrays.stream(counts).sum()).isEqualTo(draws);
        double chiSquare = 0;
        for (int id = 0; id < counts.length; id++) {
            assertThat(expected[id] * draws)
                    .as("expected draws of token %d", id)
                    .isGreaterThan(5);
            chiSquare += Math.pow(counts[id] - expected[id] * draws, 2) / (expected[id] * draws);
        }
        assertThat(chiSquare).isLessThan(CHI_SQUARE_26);
    }

    @Test
    void counted_draws_areDistinctTokensTheMostFrequentFirst() {
        int[] drawn = {4, 7, 4, 9, 3, 3, 3, 3};
        float[] logShares = ColumnDraws.counted(drawn, 4);
        assertThat(drawn).containsExactly(4, 7, 9, 0, 3, 0, 0, 0);
        float quarter = (float) Math.log(0.25);
        float none = Float.NEGATIVE_INFINITY;
        assertThat(logShares).containsExactly((float) Math.log(0.5), quarter, quarter, none, 0f, none, none, none);
    }

    private OrtSession graph(ColumnSelection columnSelection) throws IOException, OrtException {
        DecoderGraph decoder =
                DecoderGraph.read(new TinyDecoder().write(directory).resolve("model.onnx"));
        LmHead lmHead = LmHead.of(decoder.model().getGraph());
        ModelProto scoring = ScoringGraph.derive(
                new LmHeadInliner(decoder, lmHead, DataType.FLOAT, TinyDecoder.VOCABULARY), Map.of(), columnSelection);
        Path file = Files.write(directory.resolve("scoring.onnx"), scoring.toByteArray());
        return OrtEnvironment.getEnvironment().createSession(file.toString());
    }

    private static ScoringSession session(OrtSession graph, ColumnSelection columnSelection, int chunkPositions) {
        return new ScoringSession(graph, OnnxJavaType.FLOAT, columnSelection, chunkPositions);
    }

    private static HiddenStates states(int positions) {
        SplittableRandom random = new SplittableRandom(positions);
        ByteBuffer rows = ByteBuffer.allocate(positions * TinyDecoder.HIDDEN * Float.BYTES)
                .order(ByteOrder.nativeOrder());
        while (rows.hasRemaining()) {
            rows.putFloat((float) random.nextDouble(-2, 2));
        }
        HiddenStates states = new HiddenStates();
        states.append(rows.flip(), positions);
        return states;
    }

    private static void assertClose(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            if (expected[i] == Float.NEGATIVE_INFINITY) {
                assertThat(actual[i]).isEqualTo(expected[i]);
                continue;
            }
            assertThat(actual[i]).isCloseTo(expected[i], within(Rounding.ofSum(TinyDecoder.VOCABULARY, expected[i])));
        }
    }
}

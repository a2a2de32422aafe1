package io.stillstream.scorer.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.ScoredResponse;
import io.stillstream.contract.target.Selection;
import io.stillstream.scorer.onnx.graph.ColumnSelection;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;

/** What a record must hold, computed from all logits {@code [T, V]} of a response in double precision. */
final class FullLogits {

    private static final double TOLERANCE = 1e-4;
    /** Of the MultiLevelOT authors' code. */
    private static final double DEVIATION_EPSILON = 1e-4;

    private final double[][] rows;

    FullLogits(double[][] rows) {
        this.rows = rows;
    }

    void assertAgree(ScoredResponse scored, int[] response, int k) {
        assertAgree(scored, response, new ColumnSelection(Selection.SEQUENCE, Ranking.PROBABILITY, k));
    }

    void assertAgree(ScoredResponse scored, int[] response, ColumnSelection columnSelection) {
        int k = columnSelection.k();
        assertThat(scored.tokens().count()).isEqualTo(rows.length);
        assertThat(scored.columns().selection()).isEqualTo(columnSelection.selection());
        assertThat(scored.columns().ranking()).isEqualTo(columnSelection.ranking());
        assertThat(scored.columns().temperature()).isEqualTo(columnSelection.temperature());
        assertThat(scored.columns().k()).isEqualTo(k);
        double[][] ranked = columnSelection.ranking() == Ranking.PROBABILITY
                ? Arrays.stream(rows)
                        .map(row -> divided(row, columnSelection.temperature()))
                        .toArray(double[][]::new)
                : Arrays.stream(rows).map(FullLogits::standardised).toArray(double[][]::new);
        double[] ofResponse = logSums(ranked);
        for (int t = 0; t < rows.length; t++) {
            double logZ = logZ(rows[t]);
            assertThat((double) scored.tokens().logZ(t)).isCloseTo(logZ, within(TOLERANCE));
            assertThat((double) scored.tokens().logitStandardDeviation(t))
                    .isCloseTo(deviation(rows[t]), within(TOLERANCE));
            assertThat((double) scored.tokens().logProbability(t))
                    .isCloseTo(rows[t][response[t]] - logZ, within(TOLERANCE));
            double[] ranks = columnSelection.selection() == Selection.SEQUENCE ? ofResponse : rows[t];
            int[] expected = largest(ranks, k);
            int position = t;
            int[] columns = IntStream.range(0, k)
                    .map(i -> scored.columns().id(position, i))
                    .toArray();
            assertThat(columns).as("columns at position %d", t).doesNotHaveDuplicates();
            for (int i = 0; i < k; i++) {
                // Two columns that differ by less than fp32's rounding may stand in either order.
                assertThat(ranks[columns[i]])
                        .as("column %d at position %d is %d, expected %d", i, t, columns[i], expected[i])
                        .isCloseTo(ranks[expected[i]], within(TOLERANCE));
            }
            double logSum = logZ(ranked[t]);
            for (int i = 0; i < k; i++) {
                assertThat((double) scored.columns().logProbability(t, i))
                        .isCloseTo(ranked[t][columns[i]] - logSum, within(TOLERANCE));
            }
        }
    }

    /**
     * Compares columns of another vocabulary, in which each token v counts for {@code map[v]}, or for none where that is
     * negative.
     */
    void assertSumsAgree(ScoredResponse scored, int[] map, int size, float temperature, int k) {
        assertThat(scored.columns().k()).isEqualTo(k);
        assertThat(scored.columns().temperature()).isEqualTo(temperature);
        for (int t = 0; t < rows.length; t++) {
            double[] row = divided(rows[t], temperature);
            double logZ = logZ(row);
            double[] masses = new double[size];
            for (int v = 0; v < row.length; v++) {
                if (map[v] >= 0) {
                    masses[map[v]] += Math.exp(row[v] - logZ);
                }
            }
            int[] largest = largest(masses, k);
            Set<Integer> ids = new HashSet<>();
            for (int i = 0; i < scored.columns().count(t); i++) {
                int id = scored.columns().id(t, i);
                assertThat(ids.add(id)).as("token %d is there once", id).isTrue();
                double logProbability = scored.columns().logProbability(t, i);
                assertThat(logProbability).isCloseTo(Math.log(masses[id]), within(TOLERANCE));
                assertThat(logProbability).isCloseTo(Math.log(masses[largest[i]]), within(TOLERANCE));
            }
            assertThat(ids).as("columns at position %d", t).hasSizeGreaterThan(1);
            assertThat((double) scored.tokens().logZ(t)).isCloseTo(logZ(rows[t]), within(TOLERANCE));
        }
    }

    private static double[] standardised(double[] logits) {
        return divided(logits, deviation(logits) + DEVIATION_EPSILON);
    }

    private static double[] divided(double[] logits, double scale) {
        return Arrays.stream(logits).map(logit -> logit / scale).toArray();
    }

    private static double[] logSums(double[][] rows) {
        double[] sums = new double[rows[0].length];
        for (double[] row : rows) {
            double logZ = logZ(row);
            for (int v = 0; v < sums.length; v++) {
                sums[v] += Math.exp(row[v] - logZ);
            }
        }
        return Arrays.stream(sums).map(Math::log).toArray();
    }

    private static int[] largest(double[] numbers, int k) {
        return IntStream.range(0, numbers.length)
                .boxed()
                .sorted(Comparator.comparingDouble(v -> -numbers[v]))
                .limit(k)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static double logZ(double[] logits) {
        double max = IntStream.range(0, logits.length)
                .mapToDouble(v -> logits[v])
                .max()
                .orElseThrow();
        double sum = 0;
        for (double logit : logits) {
            sum += Math.exp(logit - max);
        }
        return max + Math.log(sum);
    }

    private static double deviation(double[] logits) {
        double mean = 0;
        for (double logit : logits) {
            mean += logit / logits.length;
        }
        double squares = 0;
        for (double logit : logits) {
            squares += (logit - mean) * (logit - mean);
        }
        return Math.sqrt(squares / (logits.length - 1));
    }
}

package io.stillstream.scorer.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stillstream.scorer.Scoring;
import java.util.Comparator;
import java.util.stream.IntStream;

/** What a record must hold, computed from all logits {@code [T, V]} of a response in double precision. */
final class FullLogits {

    private static final double TOLERANCE = 1e-4;

    private final double[][] rows;

    FullLogits(double[][] rows) {
        this.rows = rows;
    }

    void assertAgree(Scoring.Scored scored, int[] response, int k) {
        assertThat(scored.tokens().count()).isEqualTo(rows.length);
        assertThat(scored.columns().k()).isEqualTo(k);
        int[] columns = columns(k);
        assertThat(IntStream.range(0, k).map(i -> scored.columns().id(0, i)).toArray())
                .isEqualTo(columns);
        for (int t = 0; t < rows.length; t++) {
            double logZ = logZ(rows[t]);
            assertThat((double) scored.tokens().logZ(t)).isCloseTo(logZ, within(TOLERANCE));
            assertThat((double) scored.tokens().logitStandardDeviation(t))
                    .isCloseTo(deviation(rows[t]), within(TOLERANCE));
            assertThat((double) scored.tokens().logProbability(t))
                    .isCloseTo(rows[t][response[t]] - logZ, within(TOLERANCE));
            for (int i = 0; i < k; i++) {
                assertThat((double) scored.columns().logProbability(t, i))
                        .isCloseTo(rows[t][columns[i]] - logZ, within(TOLERANCE));
            }
        }
    }

    private int[] columns(int k) {
        double[] sums = new double[rows[0].length];
        for (double[] row : rows) {
            double logZ = logZ(row);
            for (int v = 0; v < sums.length; v++) {
                sums[v] += Math.exp(row[v] - logZ);
            }
        }
        return IntStream.range(0, sums.length)
                .boxed()
                .sorted(Comparator.comparingDouble(v -> -sums[v]))
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

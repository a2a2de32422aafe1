package io.stillstream.bench.scorer;

import io.stillstream.scorer.onnx.run.Distribution;
import java.util.Arrays;

/** One response of {@link FullLogitsScorer}. Different parts of its positions may be summed by different threads. */
final class FullLogitsResponse {

    private final float[] logits;
    private final int first;
    private final int vocabularySize;
    private final int[] response;
    private final float[][] sums;
    private final float[] logZ;
    private final float[] deviation;
    private final float[] logProbability;

    /**
     * @param logits {@code [N, V]}
     * @param first the row that predicts the response's first token
     * @param parts how many parts the positions are divided into
     */
    FullLogitsResponse(float[] logits, int first, int vocabularySize, int[] response, int parts) {
        this.logits = logits;
        this.first = first;
        this.vocabularySize = vocabularySize;
        this.response = response;
        this.sums = new float[parts][];
        this.logZ = new float[response.length];
        this.deviation = new float[response.length];
        this.logProbability = new float[response.length];
    }

    /** Sums over a part's positions. */
    void sum(int part) {
        float[] columns = new float[vocabularySize];
        float[] exponentials = new float[vocabularySize];
        int to = end(part);
        for (int t = part == 0 ? 0 : end(part - 1); t < to; t++) {
            position(t, columns, exponentials);
        }
        sums[part] = columns;
    }

    private int end(int part) {
        return (int) ((long) response.length * (part + 1) / sums.length);
    }

    private void position(int t, float[] columns, float[] exponentials) {
        int at = (first + t) * vocabularySize;
        float largest = Float.NEGATIVE_INFINITY;
        double total = 0;
        for (int v = 0; v < vocabularySize; v++) {
            largest = Math.max(largest, logits[at + v]);
            total += logits[at + v];
        }
        double mean = total / vocabularySize;
        double squares = 0;
        double mass = 0;
        for (int v = 0; v < vocabularySize; v++) {
            float logit = logits[at + v];
            double exponential = Math.exp(logit - largest);
            exponentials[v] = (float) exponential;
            mass += exponential;
            squares += (logit - mean) * (logit - mean);
        }
        float scale = (float) (1 / mass);
        for (int v = 0; v < vocabularySize; v++) {
            columns[v] += exponentials[v] * scale;
        }
        double sum = largest + Math.log(mass);
        logZ[t] = (float) sum;
        deviation[t] = (float) Math.sqrt(squares / Math.max(1, vocabularySize - 1));
        logProbability[t] = (float) (logits[at + response[t]] - sum);
    }

    /** After all parts: the k columns with the largest sums. */
    Distribution ranked(int k) {
        float[] columns = sums[0];
        for (int part = 1; part < sums.length; part++) {
            for (int v = 0; v < vocabularySize; v++) {
                columns[v] += sums[part][v];
            }
        }
        int[] ids = largest(columns, k);
        float[] values = new float[response.length * k];
        for (int t = 0; t < response.length; t++) {
            for (int i = 0; i < k; i++) {
                values[t * k + i] = logits[(first + t) * vocabularySize + ids[i]] - logZ[t];
            }
        }
        return new Distribution(logZ, deviation, logProbability, ids, values);
    }

    /** Largest first; of equal ones the lower id. */
    private static int[] largest(float[] columns, int k) {
        int[] ids = new int[k];
        float[] largest = new float[k];
        Arrays.fill(largest, Float.NEGATIVE_INFINITY);
        for (int v = 0; v < columns.length; v++) {
            if (columns[v] <= largest[k - 1]) {
                continue;
            }
            int place = k - 1;
            while (place > 0 && largest[place - 1] < columns[v]) {
                largest[place] = largest[place - 1];
                ids[place] = ids[place - 1];
                place--;
            }
            largest[place] = columns[v];
            ids[place] = v;
        }
        return ids;
    }
}

package io.stillstream.scorer.onnx.run;

import io.stillstream.contract.file.Digests;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Columns drawn from a distribution: the numbers that decide the draws, and what a record keeps of these. */
public final class ColumnDraws {

    /** A number for the block of tokens, and one for the token within it. */
    static final int NUMBERS = 2;

    /**
     * Of each number: one fewer than an fp32 has, so that its product with a sum is always less than the sum.
     */
    private static final int BITS = 23;

    private ColumnDraws() {}

    /** What decides all draws of a response's columns; apart from what decides its text. */
    public static long seed(String promptId, long seed) {
        return Digests.bits("columns " + seed + " " + promptId);
    }

    /**
     * Numbers in [0, 1) for the positions of a batch, {@code [I C, 2, K]}: those of a position follow from its response's seed
     * and from its place in the response alone. Padding has zeros.
     *
     * @param seeds of each response
     */
    static float[] uniforms(List<Long> seeds, ChunkPlan plan, int k) {
        float[] uniforms = new float[plan.positions() * NUMBERS * k];
        int next = 0;
        for (int response = 0; response < seeds.size(); response++) {
            SplittableRandom random = new SplittableRandom(seeds.get(response));
            for (int i = 0; i < plan.counts()[response] * NUMBERS * k; i++) {
                uniforms[next++] = (random.nextInt() >>> (Integer.SIZE - BITS)) * (1f / (1 << BITS));
            }
        }
        return uniforms;
    }

    /**
     * The distinct tokens among the K draws of each position, the most frequent first, and the lower of equally frequent ones;
     * their log-probabilities are the logarithms of their shares. What is left of the K is token 0 with −infinity.
     *
     * @param drawn {@code [T, K]}, becomes the ids
     * @return the log-probabilities {@code [T, K]}
     */
    static float[] counted(int[] drawn, int k) {
        float[] logShares = new float[drawn.length];
        for (int from = 0; from < drawn.length; from += k) {
            Map<Integer, Integer> counts = new TreeMap<>();
            for (int i = from; i < from + k; i++) {
                counts.merge(drawn[i], 1, Integer::sum);
            }
            List<Map.Entry<Integer, Integer>> tokens = new ArrayList<>(counts.entrySet());
            tokens.sort(Map.Entry.comparingByValue(Comparator.reverseOrder()));
            for (int i = 0; i < k; i++) {
                boolean kept = i < tokens.size();
                drawn[from + i] = kept ? tokens.get(i).getKey() : 0;
                logShares[from + i] =
                        kept ? (float) Math.log((double) tokens.get(i).getValue() / k) : Float.NEGATIVE_INFINITY;
            }
        }
        return logShares;
    }
}

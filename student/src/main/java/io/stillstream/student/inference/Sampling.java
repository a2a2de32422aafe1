package io.stillstream.student.inference;

import io.stillstream.student.StudentException;
import java.util.SplittableRandom;

/**
 * How tokens are chosen, one after another.
 *
 * @param temperature what logits are divided by; 0 for the most likely token each time
 * @param topP tokens are drawn from the fewest of the most likely ones that together hold this probability; 1 for all
 * @param seed of the draws
 */
public record Sampling(float temperature, float topP, long seed) {

    public static final Sampling GREEDY = new Sampling(0, 1, 0);

    /** Of a number of a draw: one fewer than an fp32 has, so that its product with a sum is always less than the sum. */
    private static final int BITS = 23;

    public Sampling {
        if (!(temperature >= 0) || Float.isInfinite(temperature)) {
            throw new StudentException("a temperature of " + temperature + "; expected 0, or a finite number above it");
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new StudentException("a top-p of " + topP + "; expected a number above 0 and at most 1");
        }
    }

    /** The numbers from 0 to below 1 by which that many tokens are drawn: fewer are the beginning of more. */
    public float[] draws(int tokens) {
        float[] uniform = new float[tokens];
        SplittableRandom random = new SplittableRandom(seed);
        for (int t = 0; t < tokens; t++) {
            uniform[t] = (random.nextInt() >>> (Integer.SIZE - BITS)) * (1f / (1 << BITS));
        }
        return uniform;
    }
}

package io.stillstream.pipeline.bench;

import java.util.Random;

/**
 * Lengths as questions about stories and their answers have them: log-normal, most of them short, with a long tail that
 * the context window cuts.
 */
final class LengthMix {

    private static final double MEDIAN_PROMPT = 70;
    private static final double MEDIAN_RESPONSE = 24;
    private static final double SPREAD = 0.7;
    private static final int SHORTEST = 4;

    private LengthMix() {}

    /** @return the tokens of a prompt and of its response, together at most {@code most} */
    static int[] draw(Random random, int most) {
        int prompt = length(random, MEDIAN_PROMPT, most * 3 / 4);
        int response = length(random, MEDIAN_RESPONSE, most - prompt);
        return new int[] {prompt, response};
    }

    private static int length(Random random, double median, int most) {
        double drawn = median * Math.exp(SPREAD * random.nextGaussian());
        return (int) Math.max(SHORTEST, Math.min(most, Math.round(drawn)));
    }
}

package io.stillstream.bench.scorer;

import java.util.Random;

/** Lengths of prompts and responses: log-normal, most of them short, with a long tail that the context window truncates. */
public enum LengthMix {
    /** As FairytaleQA's 9,573 questions and first answers are, in Llama's tokens. */
    QUESTIONS(14, 0.29, 7, 0.88),
    /** A paragraph to continue, and two sentences. */
    PASSAGES(70, 0.7, 24, 0.7);

    private static final int SHORTEST = 4;

    private final double medianPrompt;
    private final double promptSpread;
    private final double medianResponse;
    private final double responseSpread;

    LengthMix(double medianPrompt, double promptSpread, double medianResponse, double responseSpread) {
        this.medianPrompt = medianPrompt;
        this.promptSpread = promptSpread;
        this.medianResponse = medianResponse;
        this.responseSpread = responseSpread;
    }

    /** @return the tokens of a prompt and of its response, together at most {@code most} */
    int[] draw(Random random, int most) {
        int prompt = length(random, medianPrompt, promptSpread, most * 3 / 4);
        int response = length(random, medianResponse, responseSpread, most - prompt);
        return new int[] {prompt, response};
    }

    private static int length(Random random, double median, double spread, int most) {
        double drawn = median * Math.exp(spread * random.nextGaussian());
        return (int) Math.max(SHORTEST, Math.min(most, Math.round(drawn)));
    }
}

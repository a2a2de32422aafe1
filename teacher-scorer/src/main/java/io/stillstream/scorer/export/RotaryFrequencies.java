package io.stillstream.scorer.export;

import io.stillstream.huggingface.config.Rope;
import io.stillstream.scorer.ScorerException;
import java.util.Set;

/** The frequencies of rotary embeddings that are the same for texts of every length. */
final class RotaryFrequencies {

    private static final Set<String> KINDS = Set.of(Rope.DEFAULT, "linear", "llama3", "yarn");

    private final Rope rope;

    /** @throws ScorerException when the frequencies depend on the text's length */
    RotaryFrequencies(Rope rope) {
        if (!KINDS.contains(rope.kind())) {
            throw new ScorerException(
                    "rope_type is '" + rope.kind() + "', whose frequencies depend on the text's length;"
                            + " expected default, linear, llama3 or yarn");
        }
        this.rope = rope;
    }

    /** The angle by which the i-th pair of numbers turns from one position to the next. */
    double frequency(int i) {
        double unstretched = Math.pow(rope.theta(), -2.0 * i / rope.dimension());
        double stretched = unstretched / rope.factor();
        return switch (rope.kind()) {
            case "linear" -> stretched;
            case "llama3" ->
                mix(stretched, unstretched, (turns(unstretched) - rope.slow()) / (rope.fast() - rope.slow()));
            case "yarn" -> mix(unstretched, stretched, ramp(i));
            default -> unstretched;
        };
    }

    private static double mix(double from, double to, double share) {
        double bounded = Math.min(1, Math.max(0, share));
        return from + bounded * (to - from);
    }

    /** How often a pair turns within the original length. */
    private double turns(double frequency) {
        return rope.original() * frequency / (2 * Math.PI);
    }

    /** From 0 where pairs turn `fast` times to 1 where they turn `slow` times. */
    private double ramp(int i) {
        double low = index(rope.fast());
        double high = index(rope.slow());
        if (rope.truncate()) {
            low = Math.floor(low);
            high = Math.ceil(high);
        }
        low = Math.max(low, 0);
        high = Math.min(high, rope.dimension() - 1);
        // As the reference does where the range is empty.
        return (i - low) / (low == high ? 0.001 : high - low);
    }

    private double index(double turns) {
        return rope.dimension() * Math.log(rope.original() / (turns * 2 * Math.PI)) / (2 * Math.log(rope.theta()));
    }
}

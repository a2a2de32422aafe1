package io.stillstream.trainer.step;

import io.stillstream.trainer.TrainerException;

/**
 * Where the teacher's probabilities go among the student's tokens, at some of a sequence's labels. Owns its arrays: do not
 * write to them.
 *
 * @param steps which labels, ascending: P of them
 * @param ids the student's tokens that the target of a position has mass on, {@code [P, K]} row by row, different from each
 *     other; −1 beyond its own
 * @param masses t̃: the teacher's mass on each, {@code [P, K]}
 * @param textMasses what the text adds to them, or takes away
 * @param rest the teacher's mass outside, for which neither column nor text stands, {@code [P]}
 * @param trust how far the transport takes the label's place, from 0 to 1, before α; 1 unless {@link #trusting} says less
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, to be copied into one tensor
public record TransportTargets(int[] steps, int[] ids, float[] masses, float[] textMasses, float[] rest, float trust) {

    private static final TransportTargets NONE =
            new TransportTargets(new int[0], new int[0], new float[0], new float[0], new float[0], 0);

    public TransportTargets {
        boolean fills = steps.length == 0 ? ids.length == 0 : ids.length > 0 && ids.length % steps.length == 0;
        if (!fills || masses.length != ids.length || textMasses.length != ids.length || rest.length != steps.length) {
            throw new TrainerException(ids.length + " ids, " + masses.length + " masses of the teacher, "
                    + textMasses.length + " of the text and " + rest.length + " rests do not fill " + steps.length
                    + " positions");
        }
    }

    /** No position. */
    public static TransportTargets none() {
        return NONE;
    }

    /** The same, trusted so far. */
    TransportTargets trusting(float other) {
        return new TransportTargets(steps, ids, masses, textMasses, rest, other);
    }

    public boolean isNone() {
        return steps.length == 0;
    }

    /** K, or 0 without positions. */
    public int width() {
        return steps.length == 0 ? 0 : ids.length / steps.length;
    }
}

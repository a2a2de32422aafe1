package io.stillstream.rollout.bisect;

/**
 * Some of the records that a candidate was trained on after the champion, by their number in the order of training.
 *
 * @param from the first, from 0
 * @param to the one after the last
 */
public record Stretch(int from, int to) {

    public Stretch {
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("records " + from + " to " + to + " are no stretch");
        }
    }

    public static Stretch none() {
        return new Stretch(0, 0);
    }

    public int records() {
        return to - from;
    }

    Stretch firstHalf() {
        return new Stretch(from, from + records() / 2);
    }

    Stretch secondHalf() {
        return new Stretch(from + records() / 2, to);
    }

    /** As long as a half, and half of each. */
    Stretch middle() {
        int quarter = records() / 4;
        return new Stretch(from + quarter, from + quarter + records() / 2);
    }
}

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

    /** Where a stretch ends. */
    enum End {
        FIRST(-1),
        LAST(1);

        private final int outwards;

        End(int outwards) {
            this.outwards = outwards;
        }

        int of(Stretch stretch) {
            return this == FIRST ? stretch.from() : stretch.to();
        }

        int opposite(Stretch stretch) {
            return this == FIRST ? stretch.to() : stretch.from();
        }

        Stretch moved(Stretch stretch, int to) {
            return this == FIRST ? new Stretch(to, stretch.to()) : new Stretch(stretch.from(), to);
        }

        /** Longer by so many records, as far as there are any. */
        Stretch lengthened(Stretch stretch, int by, int records) {
            return moved(stretch, Math.max(0, Math.min(records, of(stretch) + outwards * by)));
        }
    }
}

package io.stillstream.trainer.offsets;

/** What became of an offset. */
public enum Disposition {
    /** The record is part of the step. */
    TRAINED('t'),
    /** Kept to measure the student on, never trained on. */
    HELD_OUT('h'),
    /** Sent to {@code dead-letters}. */
    SET_ASIDE('d'),
    /** In a range that {@code stillstream rewind --skip} quarantined. */
    SKIPPED('s'),
    /** The topic holds nothing there: a transaction's marker, an aborted record, one that compaction removed. */
    NOTHING('n');

    private final char letter;

    Disposition(char letter) {
        this.letter = letter;
    }

    char letter() {
        return letter;
    }

    static Disposition of(char letter) {
        for (Disposition fate : values()) {
            if (fate.letter == letter) {
                return fate;
            }
        }
        throw new IllegalArgumentException("'" + letter + "' is no fate");
    }
}

package io.stillstream.trainer.offsets;

/** What became of an offset: the ledger names it by its letter. */
public enum Disposition {
    /** The record is part of the step. */
    TRAINED('t'),
    /** Kept to measure the student on, never trained on. */
    HELD_OUT('h'),
    /** The student wrote its text, which is held out, or the step has its share of such texts already: never trained on. */
    BEYOND_SHARE('b'),
    /** Sent to {@code dead-letters}. */
    REJECTED('r'),
    /** Sent to {@code dead-letters} because the process died of it twice; never processed again, nor when a step is repeated. */
    POISON('p'),
    /** No record of ours to train on, but a marker: a source has ended. */
    END_OF_SOURCE('e'),
    /** In a range that {@code stillstream rewind --skip} quarantined. */
    SKIPPED('s'),
    /** The topic holds nothing there: a transaction's marker, an aborted record, one that compaction removed. */
    NO_RECORD('n'),
    /** Deleted from the topic before it was trained on, which {@code trainer.accept-changes} allowed. */
    DELETED('d');

    private final char letter;

    Disposition(char letter) {
        this.letter = letter;
    }

    char letter() {
        return letter;
    }

    static Disposition of(char letter) {
        for (Disposition disposition : values()) {
            if (disposition.letter == letter) {
                return disposition;
            }
        }
        throw new IllegalArgumentException(
                "'" + letter + "' is no disposition; expected one of t, h, b, r, p, e, s, n, d");
    }
}

package io.stillstream.trainer.loop;

import io.stillstream.trainer.ledger.Ledger;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.source.MergedTopicReader;
import io.stillstream.trainer.source.StreamCursor;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Notes in the ledger that nothing behind the last step is to be trained on, once all was read: the marker of a transaction, above
 * all. Retention deletes that offset too, and whoever resumes from the step then sees that nothing was lost. A kill before the line
 * loses nothing else: the offset is read again while the topic has it.
 */
final class PassedLines {

    /** A stream that goes on needs no line, for its next step lists the same. */
    private static final Duration QUIET = Duration.ofSeconds(5);

    /** Records in quarantine may come for ever. */
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final String topic;
    private final MergedTopicReader reader;
    private final StreamCursor cursor;
    private final Ledger ledger;
    private final LongSupplier nanos;
    private List<DispositionRun> noted = List.of();
    private long due;

    /** @param nanos a clock that only goes forward */
    PassedLines(String topic, MergedTopicReader reader, StreamCursor cursor, Ledger ledger, LongSupplier nanos) {
        this.topic = topic;
        this.reader = reader;
        this.cursor = cursor;
        this.ledger = ledger;
        this.nanos = nanos;
        read();
    }

    /** A record was read. */
    void read() {
        due = nanos.getAsLong() + QUIET.toNanos();
    }

    /** No record is there to be read; to be called often. */
    void idle() {
        if (nanos.getAsLong() - due >= 0) {
            due = nanos.getAsLong() + PAUSE.toNanos();
            note();
        }
    }

    /** Notes what was not noted yet, where the last step is not followed by records that wait for theirs. */
    void note() {
        List<DispositionRun> passed = cursor.isAtStep() ? reader.passed() : List.of();
        if (!passed.isEmpty() && !passed.equals(noted)) {
            ledger.append(new LedgerEntry.Passed(topic, passed));
            ledger.force();
            noted = passed;
        }
    }
}

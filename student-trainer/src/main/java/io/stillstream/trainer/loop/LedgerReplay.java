package io.stillstream.trainer.loop;

import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.routing.RecordRouter;
import io.stillstream.trainer.routing.Routed;
import io.stillstream.trainer.source.MergedRecord;
import io.stillstream.trainer.source.MergedTopicReader;
import io.stillstream.trainer.source.StreamCursor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads the records of a step that the ledger lists, in the order that it lists, and checks that they are still routed as
 * they were.
 */
final class LedgerReplay {

    private final String topic;
    private final MergedTopicReader reader;
    private final RecordRouter router;
    private final StreamCursor cursor;
    private final Duration poll;

    /** @param poll how long to wait for a record before asking whether to stop */
    LedgerReplay(String topic, MergedTopicReader reader, RecordRouter router, StreamCursor cursor, Duration poll) {
        this.topic = topic;
        this.reader = reader;
        this.router = router;
        this.cursor = cursor;
        this.poll = poll;
    }

    /**
     * Reads a step and moves the cursor to its end.
     *
     * @param expected the number that the step must have
     * @return the step's records; empty when stopped while waiting for one
     * @throws TrainerException when the step is not the next one, or a record of it is gone or routed otherwise now
     */
    Optional<List<Routed>> read(LedgerEntry.Stepped step, long expected, BooleanSupplier stopping) {
        requireNext(step, expected);
        List<Routed> records = new ArrayList<>();
        for (DispositionRun run : step.runs()) {
            TopicPartition partition = new TopicPartition(topic, run.partition());
            if (run.disposition() == Disposition.NO_RECORD
                    || run.disposition() == Disposition.SKIPPED
                    || run.disposition() == Disposition.DELETED) {
                reader.pass(partition, run.last());
                continue;
            }
            for (long offset = run.first(); offset <= run.last(); offset++) {
                Optional<MergedRecord> record = await(partition, offset, stopping);
                if (record.isEmpty()) {
                    return Optional.empty();
                }
                Routed routed = asListed(router.routeListed(record.get().raw(), run.disposition()), run.disposition());
                requireSame(partition, offset, run.disposition(), routed.disposition());
                cursor.addRepeated(record.get());
                if (routed instanceof Routed.Ended ended) {
                    // The ledger lists the step that it may have ended.
                    boolean unused = cursor.addEnd(record.get(), ended.end());
                }
                records.add(routed);
            }
        }
        cursor.closeRepeated(step.runs());
        return Optional.of(records);
    }

    private Optional<MergedRecord> await(TopicPartition partition, long offset, BooleanSupplier stopping) {
        Optional<MergedRecord> record = reader.take(partition, offset, poll);
        while (record.isEmpty() && !stopping.getAsBoolean()) {
            record = reader.take(partition, offset, poll);
        }
        return record;
    }

    /** What exceeds the share of a step is the batcher's to say, and the ledger says what it said. */
    private static Routed asListed(Routed found, Disposition listed) {
        return listed == Disposition.BEYOND_SHARE
                        && found instanceof Routed.Trained trained
                        && trained.sequence().isStudentWritten()
                ? new Routed.BeyondShare()
                : found;
    }

    private void requireNext(LedgerEntry.Stepped step, long expected) {
        if (step.step() != expected || !step.topic().equals(topic)) {
            throw new TrainerException("the ledger continues with step " + step.step() + " on " + step.topic()
                    + ", and the checkpoint with step " + expected + " on " + topic
                    + ": they do not belong together; restore both from one backup, or start over from a snapshot in a"
                    + " new data directory");
        }
    }

    private static void requireSame(TopicPartition partition, long offset, Disposition listed, Disposition found) {
        if (listed != found) {
            throw new TrainerException("the ledger lists the record " + partition + "@" + offset + " as " + listed
                    + ", and now it would be " + found
                    + ": loss, teacher, tokenizer or topic are not what they were; set them back, or take training back"
                    + " with 'stillstream rewind'");
        }
    }
}

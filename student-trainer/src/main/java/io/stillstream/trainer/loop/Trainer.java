package io.stillstream.trainer.loop;

import io.stillstream.monitoring.TrainerMeters;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.examples.QueuedSequence;
import io.stillstream.trainer.examples.StepBatcher;
import io.stillstream.trainer.heldout.HeldOutSet;
import io.stillstream.trainer.ledger.Ledger;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.ledger.LedgerPosition;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.source.MergedRecord;
import io.stillstream.trainer.source.MergedTopicReader;
import io.stillstream.trainer.source.StreamCursor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads records, and when enough have come writes into the ledger what the step is made of, and takes it.
 *
 * <p>Which records a step is made of depends on their order alone, but for what time decides: that a partition was not
 * waited for any longer ({@link MergedTopicReader}), or a step not ({@link TrainerConfig.Batches}). A step that the ledger
 * lists beyond the checkpoint is repeated as it is listed, and so are those decisions. A step ends right before the
 * record that opens the next one; whoever goes on from there reads that record again, and takes the very steps that would
 * have been taken without the interruption.
 */
final class Trainer {

    private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);
    private static final Duration POLL = Duration.ofMillis(200);

    private final TrainerConfig config;
    private final String topic;
    private final TrainingSession training;
    private final MergedTopicReader reader;
    private final RecordRouter intake;
    private final HeldOutSet heldOut;
    private final Ledger ledger;
    private final CheckpointScheduler steps;
    private final TrainerMeters meters;
    private final StepBatcher assembler;
    private final List<Routed.HeldOut> heldOutSince = new ArrayList<>();

    private volatile TrainingProgress progress = TrainingProgress.NONE;
    private long lastRecordNanos = System.nanoTime();

    Trainer(
            TrainerConfig config,
            String topic,
            TrainingSession training,
            MergedTopicReader reader,
            RecordRouter intake,
            HeldOutSet heldOut,
            Ledger ledger,
            CheckpointScheduler steps,
            TrainerMeters meters) {
        this.config = config;
        this.topic = topic;
        this.training = training;
        this.reader = reader;
        this.intake = intake;
        this.heldOut = heldOut;
        this.ledger = ledger;
        this.steps = steps;
        this.meters = meters;
        this.assembler = new StepBatcher(config.batches().stepTokens());
    }

    /**
     * Repeats what is listed, then trains until stopped, then publishes what was learned since the last snapshot.
     *
     * @param passage where the checkpoint ends
     */
    void run(StreamCursor passage, List<Ledger.Listed> listed, BooleanSupplier stopping) {
        steps.begin(passage);
        if (repeat(passage, listed, stopping)) {
            while (!stopping.getAsBoolean()) {
                Optional<MergedRecord> taken = reader.next(POLL);
                if (taken.isPresent()) {
                    lastRecordNanos = System.nanoTime();
                    accept(taken.get(), passage);
                } else if (isSilent()) {
                    assembler.flush().ifPresent(sequences -> train(sequences, passage));
                }
                steps.keep(passage);
                report();
            }
        }
        steps.finish(passage);
        report();
    }

    TrainingProgress progress() {
        return progress;
    }

    private void accept(MergedRecord taken, StreamCursor passage) {
        Routed verdict = intake.judge(taken.raw());
        if (verdict instanceof Routed.Trained trained) {
            // The record that shows that a step is full is not part of it: it is added once the step is closed.
            assembler.add(trained.sequence()).ifPresent(sequences -> train(sequences, passage));
        } else if (verdict instanceof Routed.HeldOut kept) {
            hold(kept);
        }
        passage.add(taken, verdict.fate());
    }

    private void train(List<QueuedSequence> sequences, StreamCursor passage) {
        List<DispositionRun> runs = passage.close();
        take(sequences, ledger.append(new LedgerEntry.Stepped(training.steps() + 1, topic, runs)));
    }

    private void take(List<QueuedSequence> sequences, LedgerPosition end) {
        heldOutSince.forEach(kept -> heldOut.add(kept.record(), kept.sequence()));
        heldOutSince.clear();
        steps.take(sequences, end);
    }

    private void hold(Routed.HeldOut kept) {
        if (!heldOut.isFull()) {
            heldOutSince.add(kept);
        }
    }

    /** Returns whether all of them were repeated; false when stopped before. */
    private boolean repeat(StreamCursor passage, List<Ledger.Listed> listed, BooleanSupplier stopping) {
        if (!listed.isEmpty()) {
            LOG.info(
                    "repeating {} steps that the ledger lists after step {}, as they are listed",
                    listed.size(),
                    training.steps());
        }
        for (Ledger.Listed next : listed) {
            requireNext(next.step());
            Optional<List<QueuedSequence>> sequences = read(next.step().runs(), passage, stopping);
            if (sequences.isEmpty()) {
                return false;
            }
            passage.repeat(next.step().runs());
            take(sequences.get(), next.end());
            steps.keep(passage);
            report();
        }
        return true;
    }

    private void requireNext(LedgerEntry.Stepped step) {
        if (step.step() != training.steps() + 1 || !step.topic().equals(topic)) {
            throw new TrainerException("the ledger in " + config.dataDirectory() + " goes on with step " + step.step()
                    + " on " + step.topic() + ", and the checkpoint with step " + (training.steps() + 1) + " on "
                    + topic
                    + ": they do not belong together; restore both from one backup, or start over from a snapshot in a"
                    + " new data directory");
        }
    }

    private Optional<List<QueuedSequence>> read(
            List<DispositionRun> runs, StreamCursor passage, BooleanSupplier stopping) {
        List<QueuedSequence> sequences = new ArrayList<>();
        for (DispositionRun run : runs) {
            TopicPartition partition = new TopicPartition(topic, run.partition());
            if (run.fate() == Disposition.NOTHING || run.fate() == Disposition.SKIPPED) {
                reader.pass(partition, run.last());
                continue;
            }
            for (long offset = run.first(); offset <= run.last(); offset++) {
                Optional<MergedRecord> taken = reader.take(partition, offset, POLL);
                while (taken.isEmpty()) {
                    if (stopping.getAsBoolean()) {
                        return Optional.empty();
                    }
                    taken = reader.take(partition, offset, POLL);
                }
                Routed verdict = intake.judge(taken.get().raw());
                requireFate(partition, offset, run.fate(), verdict.fate());
                passage.see(taken.get());
                if (verdict instanceof Routed.Trained trained) {
                    sequences.add(trained.sequence());
                } else if (verdict instanceof Routed.HeldOut kept) {
                    hold(kept);
                }
            }
        }
        return Optional.of(sequences);
    }

    private static void requireFate(TopicPartition partition, long offset, Disposition listed, Disposition found) {
        if (listed != found) {
            throw new TrainerException("the ledger says of the record " + partition + "@" + offset + " that it was "
                    + listed + ", and now it would be " + found
                    + ": loss, teacher, tokenizer or topic are not what they were; set them back, or take training back"
                    + " with 'stillstream rewind'");
        }
    }

    private void report() {
        Map<String, Long> lag = new TreeMap<>();
        reader.lag().forEach((partition, records) -> {
            lag.put(partition.toString(), records);
            meters.lag().record(partition.topic(), partition.partition(), records);
        });
        progress = new TrainingProgress(
                training.steps(), steps.lastStep(), training.state().tokens(), steps.lastEvaluation(), lag);
    }

    private boolean isSilent() {
        return config.batches().flushPartialBatches()
                && System.nanoTime() - lastRecordNanos
                        >= config.batches().linger().toNanos();
    }
}

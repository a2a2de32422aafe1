package io.stillstream.trainer.loop;

import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.config.ResumeMismatch;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.examples.ExampleBuilder;
import io.stillstream.trainer.examples.ExampleTokenizer;
import io.stillstream.trainer.examples.QueuedSequence;
import io.stillstream.trainer.examples.RecordCheck;
import io.stillstream.trainer.heldout.HeldOutSet;
import io.stillstream.trainer.heldout.RecordLoss;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.offsets.Offsets;
import io.stillstream.trainer.offsets.PassedOver;
import io.stillstream.trainer.routing.RecordRouter;
import io.stillstream.trainer.routing.Routed;
import io.stillstream.trainer.source.DeletedRecords;
import io.stillstream.trainer.source.KafkaClients;
import io.stillstream.trainer.source.MergedTopicReader;
import io.stillstream.trainer.source.StreamCursor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Trains again from a checkpoint on what a ledger lists after it, with records left out, and measures the student on the
 * checkpoint's held-out records. The steps are those of the ledger, without the records that are left out; a step of which none
 * are left is not taken. The teacher is trusted as much as at the checkpoint. Nothing is written, and nothing is sent anywhere.
 */
public final class PartialReplay {

    private static final Duration POLL = Duration.ofMillis(200);

    private final TrainerConfig config;
    private final Map<String, ?> kafka;
    private final String topic;
    private final Snapshot checkpoint;
    private final List<LedgerEntry.Stepped> steps;

    /**
     * @param config how the candidate was trained
     * @param kafka client properties, {@code bootstrap.servers} among them
     * @param checkpoint to begin at
     * @param steps that follow it, in the order of the ledger
     */
    public PartialReplay(
            TrainerConfig config,
            Map<String, ?> kafka,
            String topic,
            Snapshot checkpoint,
            List<LedgerEntry.Stepped> steps) {
        this.config = config;
        this.kafka = kafka;
        this.topic = topic;
        this.checkpoint = checkpoint;
        this.steps = List.copyOf(steps);
        SnapshotStore.verify(checkpoint);
    }

    /** One record that the candidate was trained on. */
    public record TrainedRecord(int partition, long offset) {}

    /** What the steps were trained on, in the order of training. */
    public List<TrainedRecord> records() {
        List<TrainedRecord> records = new ArrayList<>();
        for (LedgerEntry.Stepped step : steps) {
            for (DispositionRun run : step.runs()) {
                for (long offset = run.first();
                        run.disposition() == Disposition.TRAINED && offset <= run.last();
                        offset++) {
                    records.add(new TrainedRecord(run.partition(), offset));
                }
            }
        }
        return records;
    }

    /**
     * Trains.
     *
     * @param from the number of the first record that is left out, as {@link #records} has them
     * @param to the one after the last
     * @return the loss on each held-out record
     * @throws TrainerException when the topic no longer has a record, or what is configured is not what the candidate was
     *     trained with
     */
    public List<RecordLoss> without(int from, int to) {
        Path initial =
                Path.of(String.valueOf(config.student())).toAbsolutePath().normalize();
        try (Closer resources = new Closer()) {
            TrainingSession session = resources.add(TrainingSession.open(config, initial, checkpoint));
            var tokenizer = new ExampleTokenizer(session.tokenizer(), session.config(), session.wording());
            var heldOut = new HeldOutSet(config.evaluations().heldOutRecords());
            heldOut.restore(Snapshot.heldOutFile(checkpoint.directory()), tokenizer);
            var router = new RecordRouter(
                    new RecordCheck(config.loss(), session.tokenizerHash(), session.wording(), session.plans()),
                    tokenizer::tokenize,
                    new ExampleBuilder(tokenizer, session.tokenizer(), config.loss(), session.plans()),
                    (record, rejection) -> {},
                    checkpoint.manifest().teacher(),
                    config.accepts(ResumeMismatch.TEACHER));
            var reader = new MergedTopicReader(
                    resources.add(KafkaClients.consumer(kafka, "bisect")),
                    topic,
                    String.valueOf(kafka.get("bootstrap.servers")),
                    config.mergeWait(),
                    config.reading(),
                    System::nanoTime);
            Offsets offsets = Offsets.parse(checkpoint.manifest().offsets());
            var start = new MergedTopicReader.Start(
                    offsets,
                    Map.of(),
                    config.accepts(ResumeMismatch.PARTITIONS),
                    PassedOver.nothing(),
                    DeletedRecords.refused());
            if (reader.open(start, config.patience(), () -> false).isEmpty()) {
                throw new TrainerException("there is no topic " + topic);
            }
            var cursor = new StreamCursor(topic, offsets, Map.of(), Map.of());
            var replay = new LedgerReplay(topic, reader, router, cursor, POLL);
            int number = 0;
            for (LedgerEntry.Stepped step : steps) {
                LedgerEntry.Stepped left = without(step, number, from, to);
                number += trained(step);
                List<QueuedSequence> batch = new ArrayList<>();
                replay.read(left, step.step(), () -> false).orElseThrow().forEach(routed -> {
                    if (routed instanceof Routed.Trained trained) {
                        batch.add(trained.sequence());
                    }
                });
                if (!batch.isEmpty()) {
                    session.step(batch);
                }
            }
            return session.losses(heldOut);
        }
    }

    private static int trained(LedgerEntry.Stepped step) {
        return Math.toIntExact(step.runs().stream()
                .filter(run -> run.disposition() == Disposition.TRAINED)
                .mapToLong(DispositionRun::count)
                .sum());
    }

    /** The step as a ledger would list it if nothing else of it had been there. */
    private static LedgerEntry.Stepped without(LedgerEntry.Stepped step, int first, int from, int to) {
        List<DispositionRun> runs = new ArrayList<>();
        int number = first;
        for (DispositionRun run : step.runs()) {
            if (run.disposition() != Disposition.TRAINED) {
                runs.add(new DispositionRun(Disposition.NO_RECORD, run.partition(), run.first(), run.last()));
                continue;
            }
            for (long offset = run.first(); offset <= run.last(); offset++, number++) {
                boolean left = from <= number && number < to;
                runs.add(new DispositionRun(
                        left ? Disposition.SKIPPED : Disposition.TRAINED, run.partition(), offset, offset));
            }
        }
        return new LedgerEntry.Stepped(step.step(), step.topic(), runs);
    }
}

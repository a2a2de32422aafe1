package io.stillstream.trainer.ledger;

import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.offsets.PassedOver;
import java.util.List;
import java.util.Map;

/** A line of the ledger. */
public sealed interface LedgerEntry {

    /**
     * A trainer began to read.
     *
     * @param epoch of the trainer
     * @param step that it resumes from
     * @param topic that it reads
     * @param topicId the brokers' own: a topic that was deleted and recreated under the same name has another
     * @param offsets for each partition, by number, the offset that the step's successor begins at
     */
    record Started(long epoch, long step, String topic, String topicId, Map<Integer, Long> offsets)
            implements LedgerEntry {

        public Started {
            offsets = Map.copyOf(offsets);
        }
    }

    /**
     * The records of a step; written before the step is taken. Two lines in a row have the same step when the first was
     * discarded because the loss was not finite.
     *
     * @param runs in the order in which they were read
     */
    record Stepped(long step, String topic, List<DispositionRun> runs) implements LedgerEntry {

        public Stepped {
            runs = List.copyOf(runs);
        }

        public boolean holds(int partition, long offset) {
            return runs.stream().anyMatch(run -> run.holds(partition, offset));
        }
    }

    /**
     * What lies behind the last step and is not trained on, whatever follows. It is part of the next step, which lists it once more;
     * it is listed here because the topic may not keep it until then.
     */
    record Passed(String topic, List<DispositionRun> runs) implements LedgerEntry {

        public Passed {
            runs = List.copyOf(runs);
        }
    }

    /**
     * A checkpoint or snapshot was about to get its name. Its manifest names the sha256 of each of its files, so what is in
     * the directory then can be told from whatever was put there later.
     *
     * @param kind {@code checkpoint} or {@code snapshot}
     * @param id of the checkpoint or snapshot
     * @param manifest sha256 of the manifest
     */
    record Saved(String kind, String id, String manifest) implements LedgerEntry {}

    /**
     * Training was taken back to a checkpoint; the lines that follow continue from there.
     *
     * @param epoch of the data directory when it was done
     * @param to the checkpoint's id; {@link #BEGINNING} where there was none yet
     * @param step the checkpoint's
     * @param bytes the checkpoint's place in the ledger
     * @param offsets for each partition, by number, the offset that the step's successor begins at
     * @param passedOver all that is quarantined from here on
     * @param records how many of these training had been trained on after the checkpoint, where an order asked; else 0
     * @param order the id of the order that asked for it; empty where somebody did it by hand
     * @param reason why ranges are quarantined that were not before, for people; empty where none is given
     */
    record Rewound(
            long epoch,
            String to,
            long step,
            long bytes,
            Map<Integer, Long> offsets,
            PassedOver passedOver,
            long records,
            String order,
            String reason)
            implements LedgerEntry {

        /** Before the first step. */
        public static final String BEGINNING = "the beginning";

        public Rewound {
            offsets = Map.copyOf(offsets);
        }
    }

    /**
     * A tenant's quarantine was lifted: its records are trained on again where they come after these ends. What was passed over
     * stays so.
     *
     * @param epoch of the data directory when it was done
     * @param ends for each partition of the topic, by number, the offset that its next record got then
     */
    record Lifted(long epoch, String tenant, Map<Integer, Long> ends) implements LedgerEntry {

        public Lifted {
            ends = Map.copyOf(ends);
        }
    }
}

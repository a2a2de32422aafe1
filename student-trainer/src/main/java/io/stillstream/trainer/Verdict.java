package io.stillstream.trainer;

import io.stillstream.trainer.batch.QueuedSequence;
import io.stillstream.trainer.batch.TargetSequence;
import io.stillstream.trainer.ledger.Fate;
import io.stillstream.trainer.stream.TargetsRecord;

/** What becomes of a record. */
sealed interface Verdict {

    Fate fate();

    record Trained(QueuedSequence sequence) implements Verdict {

        @Override
        public Fate fate() {
            return Fate.TRAINED;
        }
    }

    record HeldOut(TargetsRecord record, TargetSequence sequence) implements Verdict {

        @Override
        public Fate fate() {
            return Fate.HELD_OUT;
        }
    }

    /** It has been sent to {@code dead-letters}. */
    record SetAside() implements Verdict {

        @Override
        public Fate fate() {
            return Fate.SET_ASIDE;
        }
    }
}

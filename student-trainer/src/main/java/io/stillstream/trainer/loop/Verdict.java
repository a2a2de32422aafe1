package io.stillstream.trainer.loop;

import io.stillstream.trainer.examples.QueuedSequence;
import io.stillstream.trainer.examples.TargetSequence;
import io.stillstream.trainer.offsets.Fate;
import io.stillstream.trainer.source.TargetsRecord;

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

package io.stillstream.trainer.loop;

import io.stillstream.trainer.examples.QueuedSequence;
import io.stillstream.trainer.examples.TokenizedTarget;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.source.TargetsRecord;

/** What becomes of a record. */
sealed interface Routed {

    Disposition fate();

    record Trained(QueuedSequence sequence) implements Routed {

        @Override
        public Disposition fate() {
            return Disposition.TRAINED;
        }
    }

    record HeldOut(TargetsRecord record, TokenizedTarget sequence) implements Routed {

        @Override
        public Disposition fate() {
            return Disposition.HELD_OUT;
        }
    }

    /** It has been sent to {@code dead-letters}. */
    record SetAside() implements Routed {

        @Override
        public Disposition fate() {
            return Disposition.SET_ASIDE;
        }
    }
}

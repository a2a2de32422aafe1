package io.stillstream.trainer.routing;

import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.contract.source.EndOfSource;
import io.stillstream.trainer.examples.QueuedSequence;
import io.stillstream.trainer.examples.TokenizedTarget;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.source.TargetsRecord;

/** What becomes of a record. */
public sealed interface Routed {

    /** As the ledger lists it. */
    Disposition disposition();

    record Trained(QueuedSequence sequence) implements Routed {

        @Override
        public Disposition disposition() {
            return Disposition.TRAINED;
        }
    }

    record HeldOut(TargetsRecord record, TokenizedTarget target) implements Routed {

        @Override
        public Disposition disposition() {
            return Disposition.HELD_OUT;
        }
    }

    /**
     * A text that the student wrote, beyond its share of the step, of no use to the loss, or held out: how well a student
     * predicts what it wrote itself says nothing.
     */
    record BeyondShare() implements Routed {

        @Override
        public Disposition disposition() {
            return Disposition.BEYOND_SHARE;
        }
    }

    /** A marker: the source has ended there. */
    record Ended(EndOfSource end) implements Routed {

        @Override
        public Disposition disposition() {
            return Disposition.END_OF_SOURCE;
        }
    }

    /** Sent to {@code dead-letters}. */
    record Rejected(Rejection rejection) implements Routed {

        @Override
        public Disposition disposition() {
            return rejection.code() == RejectionCode.POISON ? Disposition.POISON : Disposition.REJECTED;
        }
    }
}

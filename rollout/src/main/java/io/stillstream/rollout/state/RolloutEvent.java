package io.stillstream.rollout.state;

import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import java.util.Map;
import java.util.TreeMap;

/** What happens to a rollout. */
public sealed interface RolloutEvent {

    /** As the decision has it. */
    RolloutVerb verb();

    /** Begins with a candidate. */
    record Start(SnapshotReference candidate, RolloutPlan plan) implements RolloutEvent {

        @Override
        public RolloutVerb verb() {
            return RolloutVerb.START;
        }
    }

    /** @param full past all steps that are left */
    record Promote(boolean full) implements RolloutEvent {

        @Override
        public RolloutVerb verb() {
            return RolloutVerb.PROMOTE;
        }
    }

    /** The candidate stays at its step. */
    record Pause() implements RolloutEvent {

        @Override
        public RolloutVerb verb() {
            return RolloutVerb.PAUSE;
        }
    }

    /** The candidate goes on; the time of its step begins anew. */
    record Resume() implements RolloutEvent {

        @Override
        public RolloutVerb verb() {
            return RolloutVerb.RESUME;
        }
    }

    /** The candidate is taken back. */
    record Abort() implements RolloutEvent {

        @Override
        public RolloutVerb verb() {
            return RolloutVerb.ABORT;
        }
    }

    /**
     * The candidate, or else the champion, is taken back and rejected.
     *
     * @param rewinds whether the trainer is taken back too, to the champion that is left
     */
    record Rollback(boolean rewinds) implements RolloutEvent {

        @Override
        public RolloutVerb verb() {
            return RolloutVerb.ROLLBACK;
        }
    }

    /** The trainer is taken back to the champion, and nothing else changes. */
    record Rewind() implements RolloutEvent {

        @Override
        public RolloutVerb verb() {
            return RolloutVerb.REWIND;
        }
    }

    /**
     * Time has passed.
     *
     * @param requests that the candidate has answered in its step
     */
    record Elapsed(long requests) implements RolloutEvent {

        @Override
        public RolloutVerb verb() {
            return RolloutVerb.ADVANCE;
        }
    }

    /**
     * The gate let the candidate pass.
     *
     * @param candidate the id of the snapshot
     */
    record GatePassed(String candidate, String reason) implements RolloutEvent {

        @Override
        public RolloutVerb verb() {
            return RolloutVerb.ADVANCE;
        }
    }

    /**
     * The candidate did what it must not.
     *
     * @param candidate the id of the snapshot: an alarm about another one is of the past
     */
    record Alarm(String candidate, String reason, Map<String, String> evidence) implements RolloutEvent {

        public Alarm {
            evidence = new TreeMap<>(evidence);
        }

        @Override
        public RolloutVerb verb() {
            return RolloutVerb.DEGRADE;
        }
    }
}

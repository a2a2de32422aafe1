package io.stillstream.contract.rollout;

import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rewind.RewindRequest;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a rollout's controller is told: a record of {@code rollout-inputs}. */
public sealed interface RolloutInput {

    /** What nobody else's has. */
    String id();

    /** When it was sent, by the sender's clock. */
    Instant at();

    /**
     * What somebody wants to be done.
     *
     * @param verb one that {@link RolloutVerb#isCommand is a command}
     * @param actor who wants it: a name that is recorded, not checked
     * @param candidate with {@link RolloutVerb#START}, and only with that
     * @param full with {@link RolloutVerb#PROMOTE}: past all steps that are left
     * @param rewind with {@link RolloutVerb#REWIND}, and where wanted with {@link RolloutVerb#ROLLBACK}: what the trainer is
     *     told, too
     * @param revision the state's that the sender had seen: start, promote and resume are refused at another one
     */
    record Command(
            String id,
            RolloutVerb verb,
            String actor,
            String reason,
            @Nullable SnapshotReference candidate,
            boolean full,
            @Nullable RewindRequest rewind,
            long revision,
            Instant at)
            implements RolloutInput {

        public Command {
            requireId(id);
            if (!verb.isCommand()) {
                throw new ContractException("the command " + id + " is '" + verb.label()
                        + "'; expected start, promote, pause, resume, abort, rollback or rewind");
            }
            if ((verb == RolloutVerb.START) != (candidate != null)) {
                throw new ContractException("the command " + id + ", '" + verb.label() + "', names "
                        + (candidate == null ? "no" : "a") + " candidate; expected one with start, and only with that");
            }
            if (full && verb != RolloutVerb.PROMOTE) {
                throw new ContractException(
                        "the command " + id + ", '" + verb.label() + "', is full; expected that with promote alone");
            }
            if (verb == RolloutVerb.REWIND ? rewind == null : rewind != null && verb != RolloutVerb.ROLLBACK) {
                throw new ContractException("the command " + id + ", '" + verb.label() + "', takes the trainer "
                        + (rewind == null ? "nowhere" : "back") + "; expected that it does with rewind, may with"
                        + " rollback, and does not otherwise");
            }
            if (revision < 0 || actor.isBlank()) {
                throw new ContractException("the command " + id + " is of '" + actor + "', of revision " + revision
                        + "; expected a name, and 0 or more");
            }
        }
    }

    /**
     * What somebody saw a candidate do.
     *
     * @param candidate the id of the snapshot
     * @param requests that it answered since this observer's last observation
     * @param alarm why the candidate has to go at once; empty where it does not
     * @param evidence figures and facts by name
     */
    record Observation(
            String id, String candidate, long requests, String alarm, Map<String, String> evidence, Instant at)
            implements RolloutInput {

        public Observation {
            requireId(id);
            evidence = new TreeMap<>(evidence);
            if (requests < 0) {
                throw new ContractException(
                        "the observation " + id + " is of " + requests + " requests; expected 0 or more");
            }
        }
    }

    /**
     * What the gate says of a candidate that waits for it. Where it says nothing yet, nothing is sent.
     *
     * @param candidate the id of the snapshot
     * @param passed whether it may go on; otherwise it goes, and is rejected
     * @param reason in a sentence
     * @param evidence figures and facts by name
     */
    record Judgement(
            String id, String candidate, boolean passed, String reason, Map<String, String> evidence, Instant at)
            implements RolloutInput {

        public Judgement {
            requireId(id);
            evidence = new TreeMap<>(evidence);
            if (reason.isBlank()) {
                throw new ContractException("the judgement " + id + " has no reason; expected one");
            }
        }
    }

    private static void requireId(String id) {
        if (id.isBlank()) {
            throw new ContractException("an input of the rollout has no id; expected one that no other has");
        }
    }
}

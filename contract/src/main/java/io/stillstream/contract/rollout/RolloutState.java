package io.stillstream.contract.rollout;

import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rejection.ContractException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which snapshots serve, and how far a candidate is on its way. One record of {@code student-rollout} under the key
 * {@link RolloutKeys#STATE}, replaced with each decision.
 *
 * @param revision how many decisions changed it
 * @param phase how the rollout is doing
 * @param champion what serves all conversations that the candidate does not; null where production alone does
 * @param previous what was champion before and comes back with a rollback; null where nothing is
 * @param candidate what is on its way; null where nothing is
 * @param steps of the candidate, as they were when it was started; empty without one
 * @param step the index of the candidate's step; 0 without one
 * @param automatic whether steps follow each other without anybody's promoting
 * @param leastRequests how many answers of the candidate a step waits for; 0 for none
 * @param requests how many the candidate had answered in its step when the last decision was made
 * @param since when it came to this phase and step
 * @param rejected the content hashes that are never served again, in the order in which they were rejected: the newest {@link
 *     #MOST_REJECTED} of them, as the snapshots of others are long gone
 * @param inputs the offset of the next record of {@code rollout-inputs} to be read
 * @param decisions how many decisions there are
 * @param head the hash of the last decision; {@link #NO_DECISION} where there is none
 */
public record RolloutState(
        long revision,
        RolloutPhase phase,
        @Nullable SnapshotReference champion,
        @Nullable SnapshotReference previous,
        @Nullable SnapshotReference candidate,
        List<RolloutStep> steps,
        int step,
        boolean automatic,
        long leastRequests,
        long requests,
        Instant since,
        Set<String> rejected,
        long inputs,
        long decisions,
        String head) {

    /** What the first decision names as the one before. */
    public static final String NO_DECISION = Digests.sha256("");

    /** So that a record with all of them stays well below what a broker takes. */
    public static final int MOST_REJECTED = 4096;

    public RolloutState {
        steps = List.copyOf(steps);
        rejected = newest(rejected);
        rejected.forEach(SnapshotReference::requireContentHash);
        SnapshotReference.requireContentHash(head);
        if (revision < 0 || decisions < revision || inputs < 0 || leastRequests < 0 || requests < 0) {
            throw new ContractException(
                    "a rollout is at revision " + revision + " of " + decisions + " decisions, input "
                            + inputs + " and has " + requests + " of " + leastRequests
                            + " requests; expected no negative number, and no more"
                            + " revisions than decisions");
        }
        if (phase.hasCandidate() != (candidate != null)) {
            throw new ContractException("a rollout is " + phase.label() + (candidate == null ? " without" : " with")
                    + " a candidate; expected one while it is progressing or paused, and only then");
        }
        if (candidate == null ? !(steps.isEmpty() && step == 0) : step < 0 || step >= steps.size()) {
            throw new ContractException("a rollout is at step " + step + " of " + steps.size()
                    + (candidate == null ? " without a candidate; expected no steps" : "; expected one of them"));
        }
        for (SnapshotReference named : references(champion, previous, candidate)) {
            if (rejected.contains(named.contentHash())) {
                throw new ContractException(
                        "a rollout names the snapshot " + named.id() + ", whose content is rejected; expected others");
            }
        }
        if (champion != null && candidate != null && champion.isSameContentAs(candidate)) {
            throw new ContractException("a rollout has the snapshot " + champion.id()
                    + " as champion and, with the same content, as candidate; expected two different ones");
        }
    }

    private static List<SnapshotReference> references(@Nullable SnapshotReference... named) {
        return Arrays.stream(named)
                .flatMap(one -> Optional.ofNullable(one).stream())
                .toList();
    }

    /** Before the first decision: production alone serves. */
    public static RolloutState initial() {
        return new RolloutState(
                0,
                RolloutPhase.HEALTHY,
                null,
                null,
                null,
                List.of(),
                0,
                false,
                0,
                0,
                Instant.EPOCH,
                Set.of(),
                0,
                0,
                NO_DECISION);
    }

    /** How many of the {@value RolloutStep#ALL} buckets of conversations the candidate serves. */
    public int buckets() {
        return candidate == null ? 0 : steps.get(step).buckets();
    }

    /** Whether the candidate gets copies of calls. */
    public boolean shadow() {
        return candidate != null && steps.get(step).kind() == RolloutStep.Kind.SHADOW;
    }

    /** Whether the candidate waits for the gate's judgement. */
    public boolean atGate() {
        return candidate != null && steps.get(step).kind() == RolloutStep.Kind.GATE;
    }

    /** What a decision tells of it. */
    public RolloutPoint point() {
        return new RolloutPoint(
                phase,
                champion == null ? "" : champion.id(),
                candidate == null ? "" : candidate.id(),
                step,
                buckets(),
                candidate == null ? RolloutStep.Kind.SHARE : steps.get(step).kind());
    }

    private static Set<String> newest(Set<String> rejected) {
        Set<String> newest = new LinkedHashSet<>();
        rejected.stream().skip(Math.max(0, rejected.size() - MOST_REJECTED)).forEach(newest::add);
        return Collections.unmodifiableSet(newest);
    }
}

package io.stillstream.bench.fault.rollout;

import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a rollout, one action after the other; each leads to one decision, some of them to a refusal. Candidates are
 * promoted step by step and at once, paused, aborted, rolled back, found to be bad, and tried again after their rejection.
 */
final class RolloutScript {

    static final Duration HOLD = Duration.ofMinutes(10);
    static final long REQUESTS = 100;

    private static final Instant BEGIN = Instant.parse("2026-11-28T00:00:00Z");
    private static final int STEPS = 5;
    /** Of these a script is made in turn. */
    private static final int KINDS = 6;

    private final TestingSnapshots snapshots;
    private final List<Action> actions = new ArrayList<>();
    private Instant now = BEGIN;

    /**
     * @param now the time at which it happens
     * @param stale whether a command is given at a revision that is over
     */
    record Action(
            int number,
            Instant now,
            @Nullable RolloutVerb verb,
            @Nullable SnapshotReference candidate,
            boolean full,
            boolean stale,
            String alarm) {

        /** @param revision of the state that there is */
        RolloutInput input(long revision, @Nullable SnapshotReference current) {
            String id = "input-" + number;
            if (verb == null) {
                return new RolloutInput.Observation(
                        id, current == null ? "none" : current.id(), REQUESTS, alarm, Map.of("failures", "3"), now);
            }
            return new RolloutInput.Command(
                    id,
                    verb,
                    "script",
                    "action " + number,
                    candidate,
                    full,
                    null,
                    stale ? revision + 1 : revision,
                    now);
        }
    }

    private RolloutScript(TestingSnapshots snapshots) {
        this.snapshots = snapshots;
    }

    static List<Action> of(int rounds, TestingSnapshots snapshots) throws IOException {
        RolloutScript script = new RolloutScript(snapshots);
        for (int round = 0; round < rounds; round++) {
            script.add(round);
        }
        return List.copyOf(script.actions);
    }

    private void add(int round) throws IOException {
        SnapshotReference candidate = snapshots.get(round + 1);
        switch (round % KINDS) {
            case 0 -> {
                command(RolloutVerb.START, candidate);
                for (int step = 0; step < STEPS; step++) {
                    elapse();
                }
            }
            case 1 -> {
                command(RolloutVerb.START, candidate);
                elapse();
                command(RolloutVerb.PAUSE, null);
                command(RolloutVerb.RESUME, null);
                elapse();
                command(RolloutVerb.ROLLBACK, null);
            }
            case 2 -> {
                command(RolloutVerb.START, snapshots.get(round));
                command(RolloutVerb.START, candidate);
                command(RolloutVerb.PROMOTE, null);
                action(RolloutVerb.PROMOTE, null, true, false, "");
            }
            case 3 -> {
                command(RolloutVerb.START, candidate);
                elapse();
                action(null, null, false, false, "three failures in a row");
            }
            case 4 -> {
                command(RolloutVerb.START, candidate);
                action(RolloutVerb.PROMOTE, null, false, true, "");
                command(RolloutVerb.ABORT, null);
            }
            default -> {
                command(RolloutVerb.ROLLBACK, null);
                command(RolloutVerb.START, candidate);
                action(RolloutVerb.PROMOTE, null, true, false, "");
            }
        }
    }

    private void elapse() {
        now = now.plus(HOLD);
        action(null, null, false, false, "");
    }

    private void command(RolloutVerb verb, @Nullable SnapshotReference candidate) {
        action(verb, candidate, false, false, "");
    }

    private void action(
            @Nullable RolloutVerb verb,
            @Nullable SnapshotReference candidate,
            boolean full,
            boolean stale,
            String alarm) {
        now = now.plusSeconds(1);
        actions.add(new Action(actions.size() + 1, now, verb, candidate, full, stale, alarm));
    }
}

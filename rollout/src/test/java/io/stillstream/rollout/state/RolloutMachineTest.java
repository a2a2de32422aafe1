package io.stillstream.rollout.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.rollout.RolloutPhase;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutStep;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.rollout.state.RolloutOutcome.Held;
import io.stillstream.rollout.state.RolloutOutcome.Refused;
import io.stillstream.rollout.state.RolloutOutcome.Transition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RolloutMachineTest {

    private static final Instant START = Instant.parse("2026-11-28T12:00:00Z");
    private static final Duration HOLD = Duration.ofMinutes(10);
    private static final List<RolloutStep> STEPS = List.of(
            RolloutStep.shadow(HOLD),
            RolloutStep.share(100, HOLD),
            RolloutStep.share(5_000, HOLD),
            RolloutStep.share(10_000, HOLD));
    private static final RolloutPlan AUTOMATIC = new RolloutPlan(STEPS, true, 1);
    private static final RolloutPlan BY_HAND = new RolloutPlan(STEPS, false, 0);

    private RolloutState state = RolloutState.initial();
    private Instant now = START;

    private static final String NOWHERE =
            "there is no champion then, and so no checkpoint that the trainer could be taken"
                    + " back to; roll back without a rewind, or take it back by hand with 'stillstream rewind'";

    @Test
    void apply_automaticPlan_goesThroughEveryStepToChampion() {
        does(new RolloutEvent.Start(snapshot('a'), AUTOMATIC));
        for (int step = 0; step < STEPS.size(); step++) {
            assertThat(state.buckets()).isEqualTo(STEPS.get(step).buckets());
            now = now.plus(HOLD).minusMillis(1);
            holds(new RolloutEvent.Elapsed(100), "the step lasts another PT1S");
            now = now.plusMillis(1);
            does(new RolloutEvent.Elapsed(100));
        }
        assertThat(state.phase()).isEqualTo(RolloutPhase.HEALTHY);
        assertThat(state.champion()).isEqualTo(snapshot('a'));
        assertThat(state.candidate()).isNull();
    }

    @Test
    void gate_candidate_waitsUntilItIsJudged() {
        RolloutPlan gated = new RolloutPlan(List.of(RolloutStep.gate(), RolloutStep.share(100, HOLD)), false, 0);
        does(new RolloutEvent.Start(snapshot('a'), gated));
        now = now.plus(Duration.ofDays(1));
        holds(new RolloutEvent.Elapsed(0), "the gate has not judged the candidate");
        String id = snapshot('a').id();
        holds(new RolloutEvent.GatePassed("another", "better"), "the gate judged another, which does not wait for it");
        does(new RolloutEvent.Pause());
        holds(new RolloutEvent.GatePassed(id, "better"), "the rollout is paused");
        does(new RolloutEvent.Resume());
        does(new RolloutEvent.GatePassed(id, "better"));
        assertThat(state.buckets()).isEqualTo(100);
        holds(new RolloutEvent.GatePassed(id, "again"), "the gate judged " + id + ", which does not wait for it");

        does(new RolloutEvent.Abort());
        does(new RolloutEvent.Start(snapshot('b'), gated));
        does(new RolloutEvent.Promote(false));
        assertThat(state.buckets()).as("somebody may go past the gate").isEqualTo(100);
    }

    @Test
    void elapsed_withoutTraffic_holds() {
        does(new RolloutEvent.Start(snapshot('a'), AUTOMATIC));
        now = now.plus(Duration.ofDays(1));
        holds(
                new RolloutEvent.Elapsed(0),
                "the candidate answered 0 requests in this step; expected 1 before the next one");
    }

    @Test
    void elapsed_planByHand_waitsForSomebody() {
        does(new RolloutEvent.Start(snapshot('a'), BY_HAND));
        now = now.plus(Duration.ofDays(1));
        holds(new RolloutEvent.Elapsed(9), "the step's time is over; somebody has to promote");
        does(new RolloutEvent.Promote(false));
        assertThat(state.buckets()).isEqualTo(100);
        does(new RolloutEvent.Promote(true));
        assertThat(state.champion()).isEqualTo(snapshot('a'));
    }

    @Test
    void pause_candidate_staysAtItsShareUntilResumed() {
        does(new RolloutEvent.Start(snapshot('a'), AUTOMATIC));
        does(new RolloutEvent.Promote(false));
        does(new RolloutEvent.Pause());
        now = now.plus(Duration.ofDays(1));
        holds(new RolloutEvent.Elapsed(100), "the rollout is paused");
        assertThat(state.buckets()).isEqualTo(100);
        refuses(new RolloutEvent.Pause(), "the rollout is paused already");
        does(new RolloutEvent.Resume());
        holds(new RolloutEvent.Elapsed(100), "the step lasts another PT10M1S");
        refuses(new RolloutEvent.Resume(), "the rollout is progressing already");
    }

    @Test
    void rollback_candidate_rejectsItForGood() {
        does(new RolloutEvent.Start(snapshot('a'), BY_HAND));
        does(new RolloutEvent.Promote(true));
        does(new RolloutEvent.Start(snapshot('b'), BY_HAND));
        does(new RolloutEvent.Rollback(false));
        assertThat(state.champion()).isEqualTo(snapshot('a'));
        assertThat(state.phase()).isEqualTo(RolloutPhase.ABORTED);
        refuses(
                new RolloutEvent.Start(
                        new SnapshotReference("another-id", snapshot('b').contentHash()), BY_HAND),
                "the weights of another-id were rejected (" + "b".repeat(64) + ") and are never served again");
    }

    @Test
    void rollback_champion_bringsThePreviousOneBack() {
        does(new RolloutEvent.Start(snapshot('a'), BY_HAND));
        does(new RolloutEvent.Promote(true));
        does(new RolloutEvent.Start(snapshot('b'), BY_HAND));
        does(new RolloutEvent.Promote(true));
        does(new RolloutEvent.Rollback(false));
        assertThat(state.champion()).isEqualTo(snapshot('a'));
        does(new RolloutEvent.Rollback(false));
        assertThat(state.champion()).isNull();
        refuses(new RolloutEvent.Rollback(false), "there is neither a candidate nor a champion to be rolled back");
    }

    @Test
    void rollback_withARewind_isRefusedWhereNoChampionIsLeft() {
        does(new RolloutEvent.Start(snapshot('a'), BY_HAND));
        refuses(new RolloutEvent.Rollback(true), NOWHERE);
        refuses(new RolloutEvent.Rewind(), NOWHERE);
        does(new RolloutEvent.Promote(true));
        refuses(new RolloutEvent.Rollback(true), NOWHERE);
        does(new RolloutEvent.Start(snapshot('b'), BY_HAND));
        does(new RolloutEvent.Rollback(true));
        assertThat(state.champion()).isEqualTo(snapshot('a'));
    }

    @Test
    void rewind_candidateOnItsWay_changesNothingOfIt() {
        does(new RolloutEvent.Start(snapshot('a'), BY_HAND));
        does(new RolloutEvent.Promote(true));
        does(new RolloutEvent.Start(snapshot('b'), BY_HAND));
        RolloutState before = state;
        now = now.plusSeconds(60);
        does(new RolloutEvent.Rewind());
        assertThat(state.point()).isEqualTo(before.point());
        assertThat(state.since()).isEqualTo(before.since());
        assertThat(state.rejected()).isEqualTo(before.rejected());
    }

    @Test
    void abort_candidate_mayStartAgain() {
        does(new RolloutEvent.Start(snapshot('a'), BY_HAND));
        does(new RolloutEvent.Abort());
        assertThat(state.phase()).isEqualTo(RolloutPhase.ABORTED);
        refuses(new RolloutEvent.Abort(), "no candidate is on its way: the rollout is aborted, no champion");
        does(new RolloutEvent.Start(snapshot('a'), BY_HAND));
    }

    @Test
    void alarm_ofTheCandidate_degradesAndRejects() {
        does(new RolloutEvent.Start(snapshot('a'), BY_HAND));
        holds(new RolloutEvent.Alarm("b", "not finite", Map.of()), "the alarm is of b, which is not on its way");
        does(new RolloutEvent.Alarm("a", "not finite", Map.of()));
        assertThat(state.phase()).isEqualTo(RolloutPhase.DEGRADED);
        assertThat(state.rejected()).containsExactly("a".repeat(64));
    }

    @Test
    void start_whileAnotherIsOnItsWay_isRefused() {
        does(new RolloutEvent.Start(snapshot('a'), BY_HAND));
        refuses(
                new RolloutEvent.Start(snapshot('b'), BY_HAND),
                "the candidate a is on its way; promote, abort or roll it back before another one starts");
        does(new RolloutEvent.Promote(true));
        refuses(new RolloutEvent.Start(snapshot('a'), BY_HAND), "a has the weights of the champion a");
    }

    /** A trainer that has gone astray while nobody looked: the state has to fit into a record, or nothing can be decided any more. */
    @Test
    void rollback_moreRejectedThanARecordHolds_forgetsTheOldest() {
        Set<String> rejected = new LinkedHashSet<>();
        for (int i = 0; i < RolloutState.MOST_REJECTED; i++) {
            rejected.add(String.format("%064x", i));
        }
        state = new RolloutState(
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
                now,
                rejected,
                0,
                0,
                state.head());
        does(new RolloutEvent.Start(snapshot('a'), BY_HAND));
        does(new RolloutEvent.Rollback(false));
        assertThat(state.rejected())
                .hasSize(RolloutState.MOST_REJECTED)
                .doesNotContain(String.format("%064x", 0))
                .contains(String.format("%064x", 1), "a".repeat(64));
    }

    /** The state's own constructor refuses a champion that is rejected or the candidate; here is what it cannot see. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void apply_randomEvents_keepsTheRules(long seed) {
        Random random = new Random(seed);
        Set<String> rejected = new HashSet<>();
        Set<RolloutPhase> phases = new HashSet<>();
        int refused = 0;
        for (int i = 0; i < 3_000; i++) {
            RolloutState before = state;
            RolloutEvent event = event(random);
            RolloutOutcome outcome = RolloutMachine.apply(before, event, now);
            if (outcome instanceof Transition transition) {
                state = transition.state();
                rejected.addAll(state.rejected());
                requireRules(before, event);
            } else {
                refused += outcome instanceof Refused ? 1 : 0;
            }
            assertThat(state.rejected()).as("what is rejected stays so").isEqualTo(rejected);
            phases.add(state.phase());
        }
        assertThat(phases).containsExactlyInAnyOrder(RolloutPhase.values());
        assertThat(refused).isPositive();
    }

    private void requireRules(RolloutState before, RolloutEvent event) {
        assertThat(state.buckets() > 0 && state.candidate() == null)
                .as("a share without a candidate")
                .isFalse();
        if (!Objects.equals(before.champion(), state.champion())) {
            boolean promoted = Objects.equals(state.champion(), before.candidate())
                    && before.candidate() != null
                    && (event instanceof RolloutEvent.Promote || event instanceof RolloutEvent.Elapsed);
            boolean back = event instanceof RolloutEvent.Rollback
                    && before.candidate() == null
                    && Objects.equals(state.champion(), before.previous());
            assertThat(promoted || back)
                    .as("champion by %s from %s to %s", event, before, state)
                    .isTrue();
        }
        if (before.candidate() != null && state.candidate() != null) {
            assertThat(state.candidate()).isEqualTo(before.candidate());
            assertThat(state.steps()).isEqualTo(before.steps());
            assertThat(state.buckets()).as("shares do not fall").isGreaterThanOrEqualTo(before.buckets());
        }
    }

    private RolloutEvent event(Random random) {
        now = now.plusSeconds(random.nextInt(900));
        List<RolloutEvent> events = new ArrayList<>();
        // Few of the many snapshots are rejected before the end.
        SnapshotReference some =
                new SnapshotReference("s-" + random.nextInt(50_000), String.format("%064x", random.nextInt(4_000)));
        events.add(new RolloutEvent.Start(some, random.nextBoolean() ? AUTOMATIC : BY_HAND));
        events.add(new RolloutEvent.Promote(random.nextInt(4) == 0));
        events.add(new RolloutEvent.Pause());
        events.add(new RolloutEvent.Resume());
        events.add(random.nextInt(3) == 0 ? new RolloutEvent.Abort() : new RolloutEvent.Elapsed(random.nextInt(2)));
        events.add(
                random.nextInt(3) == 0
                        ? new RolloutEvent.Rollback(false)
                        : new RolloutEvent.Elapsed(random.nextInt(9)));
        String candidate = state.candidate() == null || random.nextBoolean()
                ? "another"
                : state.candidate().id();
        events.add(
                random.nextInt(5) == 0
                        ? new RolloutEvent.Alarm(candidate, "failures", Map.of())
                        : new RolloutEvent.Elapsed(5));
        return events.get(random.nextInt(events.size()));
    }

    private void does(RolloutEvent event) {
        RolloutOutcome outcome = RolloutMachine.apply(state, event, now);
        assertThat(outcome).isInstanceOf(Transition.class);
        state = ((Transition) outcome).state();
    }

    private void refuses(RolloutEvent event, String reason) {
        assertThat(RolloutMachine.apply(state, event, now)).isEqualTo(new Refused(reason));
    }

    private void holds(RolloutEvent event, String reason) {
        assertThat(RolloutMachine.apply(state, event, now)).isEqualTo(new Held(reason));
    }

    private static SnapshotReference snapshot(char name) {
        return new SnapshotReference(String.valueOf(name), String.valueOf(name).repeat(64));
    }
}

package io.stillstream.rollout.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutStep;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.rollout.codec.RolloutDecisionCodec;
import io.stillstream.rollout.state.RolloutOutcome.Refused;
import io.stillstream.rollout.state.RolloutOutcome.Transition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever was decided leads to the state that was written, but for what no decision tells of a candidate. */
final class RebuiltStateTest {

    private static final Instant START = Instant.parse("2026-11-28T12:00:00Z");
    private static final RolloutPlan PLAN = new RolloutPlan(
            List.of(
                    RolloutStep.gate(),
                    RolloutStep.share(500, Duration.ZERO),
                    RolloutStep.share(RolloutStep.ALL, Duration.ZERO)),
            false,
            0);

    private final List<byte[]> decisions = new ArrayList<>();
    private RolloutState state = RolloutState.initial();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void of_randomDecisions_isTheStateAfterEach(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            add(event(random), START.plusSeconds(i));
            RolloutState rebuilt = RebuiltState.of(decisions, state.inputs(), RebuiltStateTest::snapshot);
            assertThat(rebuilt.point()).isEqualTo(state.point());
            assertThat(rebuilt.champion()).isEqualTo(state.champion());
            assertThat(rebuilt.previous()).isEqualTo(state.previous());
            assertThat(rebuilt.candidate()).isEqualTo(state.candidate());
            assertThat(rebuilt.rejected()).isEqualTo(state.rejected());
            assertThat(RolloutHistory.verify(decisions, rebuilt)).isEmpty();
        }
        assertThat(state.revision()).isGreaterThan(25);
    }

    @Test
    void of_editedDecision_isRefused() {
        add(new RolloutEvent.Start(snapshot("1"), PLAN), START);
        add(new RolloutEvent.Abort(), START);
        decisions.remove(0);
        assertThatThrownBy(() -> RebuiltState.of(decisions, 0, RebuiltStateTest::snapshot))
                .isInstanceOf(ContractException.class)
                .hasMessageContaining("cannot be rebuilt from the decisions: decision 1 is missing");
    }

    private RolloutEvent event(Random random) {
        String some = Integer.toString(random.nextInt(40));
        SnapshotReference candidate = state.candidate();
        return switch (random.nextInt(8)) {
            case 0 -> new RolloutEvent.Abort();
            case 1 -> new RolloutEvent.Promote(true);
            case 2 -> new RolloutEvent.Promote(false);
            case 3 -> new RolloutEvent.Pause();
            case 4 -> new RolloutEvent.Resume();
            case 5 -> random.nextInt(3) == 0 ? new RolloutEvent.Rollback(false) : new RolloutEvent.Rewind();
            case 6 ->
                new RolloutEvent.Alarm(
                        candidate == null || random.nextBoolean() ? some : candidate.id(), "bad", Map.of());
            default -> new RolloutEvent.Start(snapshot(some), PLAN);
        };
    }

    private void add(RolloutEvent event, Instant at) {
        RolloutOutcome outcome = RolloutMachine.apply(state, event, at);
        var cause = new Decided.Cause("", "ann", "", Map.of(), 0, state.inputs() + 1, at);
        Decided decided;
        if (outcome instanceof Transition transition) {
            decided = Decided.transition(state, transition, event.verb(), cause);
        } else if (outcome instanceof Refused refused) {
            decided = Decided.refusal(state, refused, event.verb(), cause);
        } else {
            return;
        }
        state = decided.state();
        decisions.add(RolloutDecisionCodec.encode(decided.decision()));
    }

    private static SnapshotReference snapshot(String id) {
        return new SnapshotReference(id, Digests.sha256(id));
    }
}

package io.stillstream.rollout.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.rollout.RolloutDecision;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RolloutHistoryTest {

    private static final SnapshotReference CANDIDATE = new SnapshotReference("b", "b".repeat(64));
    private static final RolloutPlan PLAN = new RolloutPlan(List.of(RolloutStep.share(100, Duration.ZERO)), false, 0);

    private final List<byte[]> history = new ArrayList<>();
    private RolloutState state = RolloutState.initial();

    @BeforeEach
    void decide() {
        add(new RolloutEvent.Start(CANDIDATE, PLAN));
        add(new RolloutEvent.Pause());
        add(new RolloutEvent.Pause());
        add(new RolloutEvent.Promote(false));
        add(new RolloutEvent.Rollback(false));
        add(new RolloutEvent.Start(CANDIDATE, PLAN));
    }

    @Test
    void verify_asWritten_findsNothing() {
        assertThat(RolloutHistory.verify(history, state)).isEmpty();
        assertThat(state.decisions()).isEqualTo(6);
        assertThat(state.revision()).isEqualTo(4);
    }

    @Test
    void verify_everyEditedByte_isFound() {
        int edits = 0;
        for (byte[] decision : history) {
            for (int at = 0; at < decision.length; at++) {
                byte written = decision[at];
                for (int bit = 0; bit < 8; bit++) {
                    decision[at] = (byte) (written ^ 1 << bit);
                    assertThat(RolloutHistory.verify(history, state))
                            .as("byte %s", at)
                            .isNotEmpty();
                    edits++;
                }
                decision[at] = written;
            }
        }
        assertThat(edits).isGreaterThan(20_000);
    }

    @Test
    void verify_anyDecisionMissingOrTwice_isFound() {
        for (int i = 0; i < history.size(); i++) {
            List<byte[]> shorter = new ArrayList<>(history);
            byte[] taken = shorter.remove(i);
            assertThat(RolloutHistory.verify(shorter, state))
                    .as("without %s", i)
                    .isNotEmpty();
            shorter.add(i, taken);
            shorter.add(i, taken);
            assertThat(RolloutHistory.verify(shorter, state)).as("twice %s", i).isNotEmpty();
        }
    }

    /** Whoever can compute hashes can change a decision alone, but not what the next one names. */
    @Test
    void verify_editedDecisionWithItsOwnHash_isFoundByTheNextOne() {
        for (int i = 0; i < history.size(); i++) {
            RolloutDecision written = RolloutDecisionCodec.decode(history.get(i));
            List<byte[]> edited = new ArrayList<>(history);
            edited.set(
                    i,
                    RolloutDecisionCodec.encode(new RolloutDecision(
                            written.number(),
                            written.input(),
                            "somebody else",
                            written.verb(),
                            written.refusal(),
                            written.reason(),
                            written.evidence(),
                            written.from(),
                            written.to(),
                            written.at(),
                            written.previous())));
            assertThat(RolloutHistory.verify(edited, state))
                    .as("decision %s", i + 1)
                    .isNotEmpty();
        }
    }

    private void add(RolloutEvent event) {
        Instant now = Instant.parse("2026-11-28T12:00:00Z").plusSeconds(history.size());
        var cause = new Decided.Cause("i-" + history.size(), "ann", "", Map.of("requests", "3"), 3, 0, now);
        RolloutOutcome outcome = RolloutMachine.apply(state, event, now);
        Decided decided = outcome instanceof Transition transition
                ? Decided.transition(state, transition, event.verb(), cause)
                : Decided.refusal(state, (Refused) outcome, event.verb(), cause);
        history.add(RolloutDecisionCodec.encode(decided.decision()));
        state = decided.state();
    }
}

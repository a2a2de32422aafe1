package io.stillstream.rollout.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutStep;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.rollout.codec.RolloutDecisionCodec;
import io.stillstream.rollout.state.Decided;
import io.stillstream.rollout.state.RolloutEvent;
import io.stillstream.rollout.state.RolloutMachine;
import io.stillstream.rollout.state.RolloutOutcome.Transition;
import io.stillstream.rollout.state.RolloutPlan;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is started by itself, and when the brokers are asked what there is. */
final class AutomaticStartTest {

    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
    private static final RolloutPlan PLAN =
            new RolloutPlan(List.of(RolloutStep.share(RolloutStep.ALL, Duration.ZERO)), false, 0);

    private final List<byte[]> decisions = new ArrayList<>();
    private final List<RolloutInput.Command> sent = new ArrayList<>();
    private AutomaticStart.Published published = new AutomaticStart.Published(List.of(snapshot("1")), Set.of());
    private int asked;
    private RolloutState state = RolloutState.initial();
    private final AutomaticStart start = new AutomaticStart(
            () -> {
                asked++;
                return published;
            },
            input -> sent.add((RolloutInput.Command) input),
            Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void accept_nothingOnItsWay_startsTheNewestOnce() {
        look();
        look();
        assertThat(sent).singleElement().satisfies(command -> {
            assertThat(command.verb()).isEqualTo(RolloutVerb.START);
            assertThat(command.candidate()).isEqualTo(snapshot("1"));
        });
        assertThat(asked).as("not while the command is on its way").isEqualTo(1);
    }

    @Test
    void accept_candidateOfSomebody_asksForNothingAndLeavesItAlone() {
        published = new AutomaticStart.Published(List.of(), Set.of("1"));
        decide(new RolloutEvent.Start(snapshot("1"), PLAN), "ann");
        look();
        look();
        assertThat(sent).isEmpty();
        assertThat(asked).isZero();
    }

    @Test
    void accept_candidateOfItsOwn_abortsItOnceItsTrainingWasTakenBack() {
        look();
        decide(new RolloutEvent.Start(snapshot("1"), PLAN), "controller");
        look();
        assertThat(sent).hasSize(1);
        published = new AutomaticStart.Published(List.of(), Set.of("1"));
        look();
        assertThat(sent).extracting(RolloutInput.Command::verb).containsExactly(RolloutVerb.START, RolloutVerb.ABORT);
    }

    private void look() {
        start.accept(new RolloutView(state, decisions, List.of(), null));
    }

    private void decide(RolloutEvent event, String actor) {
        var cause = new Decided.Cause("", actor, "", Map.of(), 0, state.inputs() + 1, NOW);
        Decided decided =
                Decided.transition(state, (Transition) RolloutMachine.apply(state, event, NOW), event.verb(), cause);
        decisions.add(RolloutDecisionCodec.encode(decided.decision()));
        state = decided.state();
    }

    private static SnapshotReference snapshot(String id) {
        return new SnapshotReference(id, Digests.sha256(id));
    }
}

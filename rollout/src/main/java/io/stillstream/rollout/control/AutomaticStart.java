package io.stillstream.rollout.control;

import io.stillstream.contract.rollout.RolloutDecision;
import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.rollout.codec.RolloutDecisionCodec;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Starts the newest snapshot when none is on its way. One that was a candidate before, or came before one that was, does not start
 * by itself.
 */
public final class AutomaticStart implements Consumer<RolloutView> {

    private static final String ACTOR = "controller";

    private final Supplier<List<SnapshotReference>> published;
    private final Consumer<RolloutInput> inputs;
    private final Clock clock;
    private final Set<String> tried = new HashSet<>();
    private int decisions;
    private long sentAt = -1;

    /**
     * @param published all snapshots, the newest last
     * @param inputs where the command to start is sent
     */
    public AutomaticStart(Supplier<List<SnapshotReference>> published, Consumer<RolloutInput> inputs, Clock clock) {
        this.published = published;
        this.inputs = inputs;
        this.clock = clock;
    }

    @Override
    public void accept(RolloutView view) {
        view
                .decisions()
                .subList(
                        Math.min(decisions, view.decisions().size()),
                        view.decisions().size())
                .stream()
                .map(RolloutDecisionCodec::decode)
                .map(RolloutDecision::to)
                .forEach(to -> tried.add(to.candidate()));
        decisions = view.decisions().size();
        RolloutState state = view.state();
        if (state.candidate() != null || state.revision() == sentAt) {
            return;
        }
        newest(state).ifPresent(candidate -> {
            inputs.accept(new RolloutInput.Command(
                    UUID.randomUUID().toString(),
                    RolloutVerb.START,
                    ACTOR,
                    "the newest snapshot",
                    candidate,
                    false,
                    null,
                    state.revision(),
                    clock.instant()));
            sentAt = state.revision();
        });
    }

    private Optional<SnapshotReference> newest(RolloutState state) {
        List<SnapshotReference> all = published.get();
        if (all.isEmpty()) {
            return Optional.empty();
        }
        SnapshotReference newest = all.get(all.size() - 1);
        SnapshotReference champion = state.champion();
        boolean startable = !tried.contains(newest.id())
                && !state.rejected().contains(newest.contentHash())
                && (champion == null || !champion.isSameContentAs(newest));
        return startable ? Optional.of(newest) : Optional.empty();
    }
}

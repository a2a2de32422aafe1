package io.stillstream.rollout.control;

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
import org.jspecify.annotations.Nullable;

/**
 * Starts the newest snapshot when none is on its way. One that was a candidate before, or came before one that was, does not start
 * by itself; nor does one of training that was taken back, and where it has been started by itself already, it is aborted.
 */
public final class AutomaticStart implements Consumer<RolloutView> {

    /** Who a decision says gave such a command. */
    public static final String ACTOR = "controller";

    private final Supplier<Published> published;
    private final Consumer<RolloutInput> inputs;
    private final Clock clock;
    private final Set<String> tried = new HashSet<>();
    private final Set<String> startedHere = new HashSet<>();
    private int decisions;
    private long sentAt = -1;

    /**
     * What was published.
     *
     * @param startable snapshots of the training that goes on, the newest last; none while that is not known
     * @param abandoned the ids of those of training that was taken back
     */
    public record Published(List<SnapshotReference> startable, Set<String> abandoned) {

        public Published {
            startable = List.copyOf(startable);
            abandoned = Set.copyOf(abandoned);
        }
    }

    /**
     * @param published asked while nothing is on its way, or what was started here
     * @param inputs where the command to start is sent
     */
    public AutomaticStart(Supplier<Published> published, Consumer<RolloutInput> inputs, Clock clock) {
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
                .forEach(decision -> {
                    tried.add(decision.to().candidate());
                    if (decision.verb() == RolloutVerb.START && decision.actor().equals(ACTOR)) {
                        startedHere.add(decision.to().candidate());
                    }
                });
        decisions = view.decisions().size();
        RolloutState state = view.state();
        if (state.revision() == sentAt) {
            return;
        }
        SnapshotReference candidate = state.candidate();
        if (candidate == null) {
            newest(state, published.get().startable())
                    .ifPresent(newest -> send(RolloutVerb.START, "the newest snapshot", newest, state));
        } else if (startedHere.contains(candidate.id())
                && published.get().abandoned().contains(candidate.id())) {
            send(RolloutVerb.ABORT, "the training that made it was taken back", null, state);
        }
    }

    private void send(RolloutVerb verb, String reason, @Nullable SnapshotReference candidate, RolloutState state) {
        inputs.accept(new RolloutInput.Command(
                UUID.randomUUID().toString(),
                verb,
                ACTOR,
                reason,
                candidate,
                false,
                null,
                state.revision(),
                clock.instant()));
        sentAt = state.revision();
    }

    private Optional<SnapshotReference> newest(RolloutState state, List<SnapshotReference> all) {
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

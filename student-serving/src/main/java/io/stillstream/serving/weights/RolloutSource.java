package io.stillstream.serving.weights;

import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.follower.RolloutFollower;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The champion of the rollout, or the candidate that is on its way. */
final class RolloutSource implements SnapshotSource {

    private final RolloutFollower rollout;
    private final Path trainerDirectory;
    private final boolean canary;
    private final boolean preloadCandidate;

    /**
     * @param canary whether it is the candidate that serves
     * @param preloadCandidate whether a champion's server loads it too, once it answers a share of the conversations
     */
    RolloutSource(RolloutFollower rollout, Path trainerDirectory, boolean canary, boolean preloadCandidate) {
        this.rollout = rollout;
        this.trainerDirectory = trainerDirectory.toAbsolutePath().normalize();
        this.canary = canary;
        this.preloadCandidate = preloadCandidate;
    }

    @Override
    public Wanted wanted() {
        Optional<RolloutState> state = rollout.state();
        if (state.isEmpty()) {
            return new Wanted.Unknown(rollout.problem());
        }
        SnapshotReference named = named(state.get());
        return named == null
                ? new Wanted.Nothing(canary ? "no candidate is on its way" : "the rollout has no champion")
                : published(named, trainerDirectory);
    }

    @Override
    public Optional<Wanted> next() {
        return rollout.state()
                .filter(state -> preloadCandidate && !canary && state.buckets() > 0)
                .flatMap(state -> Optional.ofNullable(state.candidate()))
                .map(candidate -> published(candidate, trainerDirectory));
    }

    /** A snapshot that a state names. */
    static Wanted published(SnapshotReference named, Path trainerDirectory) {
        return new Wanted.Published(SnapshotIds.directory(trainerDirectory, named.id()), named.contentHash());
    }

    /** A canary whose candidate is no longer on its way may not: its promotion, if it was one, is the champion's server's. */
    @Override
    public boolean mayServe(ServedSnapshot snapshot) {
        return !canary
                || rollout.state()
                        .map(state -> {
                            SnapshotReference named = named(state);
                            return named != null && named.contentHash().equals(snapshot.contentHash());
                        })
                        .orElse(true);
    }

    private @Nullable SnapshotReference named(RolloutState state) {
        return canary ? state.candidate() : state.champion();
    }

    @Override
    public String describe() {
        return (canary ? "the candidate" : "the champion") + " of the rollout, in " + trainerDirectory;
    }
}

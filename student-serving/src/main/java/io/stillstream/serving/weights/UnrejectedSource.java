package io.stillstream.serving.weights;

import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.follower.RolloutFollower;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What another source wants, unless the rollout has rejected its weights: then the champion, or nothing. */
final class UnrejectedSource implements SnapshotSource {

    private final SnapshotSource source;
    private final RolloutFollower rollout;
    private final @Nullable Path trainerDirectory;

    // of the thread that asks
    private @Nullable Wanted asked;
    private String askedHash = "";

    /** @param trainerDirectory where the champion is; null where no other may take the rejected one's place */
    UnrejectedSource(SnapshotSource source, RolloutFollower rollout, @Nullable Path trainerDirectory) {
        this.source = source;
        this.rollout = rollout;
        this.trainerDirectory = trainerDirectory;
    }

    @Override
    public Wanted wanted() {
        Wanted wanted = source.wanted();
        if (wanted instanceof Wanted.Nothing || wanted instanceof Wanted.Unknown) {
            return wanted;
        }
        Optional<RolloutState> state = rollout.state();
        if (state.isEmpty()) {
            return new Wanted.Unknown(rollout.problem());
        }
        if (!state.get().rejected().contains(contentHash(wanted))) {
            return wanted;
        }
        SnapshotReference champion = state.get().champion();
        return champion == null || trainerDirectory == null
                ? new Wanted.Nothing("the rollout has rejected the weights of " + directory(wanted))
                : RolloutSource.published(champion, trainerDirectory);
    }

    @Override
    public Optional<Wanted> next() {
        return source.next();
    }

    private static Path directory(Wanted wanted) {
        return wanted instanceof Wanted.Published published
                ? published.directory()
                : ((Wanted.Student) wanted).directory();
    }

    private String contentHash(Wanted wanted) {
        if (wanted.equals(asked)) {
            return askedHash;
        }
        String found = "";
        if (wanted instanceof Wanted.Published published) {
            found = published.contentHash() == null
                    ? SnapshotLoader.contentHash(published.directory())
                    : published.contentHash();
        } else if (wanted instanceof Wanted.Student student) {
            found = SnapshotLoader.contentHash(student.directory());
        }
        // What is not there yet may come.
        asked = found.isEmpty() ? null : wanted;
        askedHash = found;
        return found;
    }

    @Override
    public boolean mayServe(ServedSnapshot snapshot) {
        return source.mayServe(snapshot)
                && rollout.state()
                        .map(state -> !state.rejected().contains(snapshot.contentHash()))
                        .orElse(true);
    }

    @Override
    public String describe() {
        return source.describe();
    }

    @Override
    public void close() {
        source.close();
        rollout.close();
    }
}

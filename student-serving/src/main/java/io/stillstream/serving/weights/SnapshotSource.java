package io.stillstream.serving.weights;

import io.stillstream.contract.Topics;
import io.stillstream.follower.RolloutFollower;
import io.stillstream.serving.ServingException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says which snapshot is to be served. {@link #wanted} and {@link #next} are for one thread, the others for any. */
public interface SnapshotSource extends AutoCloseable {

    /** What is to be served now. */
    Wanted wanted();

    /** What may be wanted before long, and is worth the memory of being loaded now. */
    default Optional<Wanted> next() {
        return Optional.empty();
    }

    /** Whether a snapshot that serves may go on until another one takes its place. */
    default boolean mayServe(ServedSnapshot snapshot) {
        return true;
    }

    /** What it is, for messages. */
    String describe();

    /** What a source wants. */
    sealed interface Wanted {

        /** A directory that nobody need have published, whatever becomes of it. */
        record Student(Path directory) implements Wanted {}

        /**
         * A trainer's snapshot.
         *
         * @param contentHash that its weights must have; null where any will do
         */
        record Published(Path directory, @Nullable String contentHash) implements Wanted {}

        /** Nothing is to be served, and {@code why}. */
        record Nothing(String why) implements Wanted {}

        /** It cannot be said now, and {@code why}: what serves goes on. */
        record Unknown(String why) implements Wanted {}
    }

    /**
     * What the configuration asks for.
     *
     * @param student a directory that is served and no other; null where something is followed
     * @param preloadCandidate whether a server of the champion loads the candidate that is on its way
     * @param rollout what is known of it; closed with the source; null where there are no brokers to ask
     * @throws ServingException where what is to be followed is known to brokers alone, and there are none
     */
    static SnapshotSource of(
            @Nullable Path student,
            Follow follow,
            boolean preloadCandidate,
            Path trainerDirectory,
            Topics topics,
            Map<String, ?> kafka,
            @Nullable RolloutFollower rollout) {
        if (student == null && rollout == null && follow.needsKafka()) {
            throw new ServingException(
                    "what " + follow.label() + " is, brokers know; expected kafka.bootstrap-servers");
        }
        SnapshotSource source;
        if (student != null) {
            source = fixed(student);
        } else if (follow == Follow.TOPIC) {
            source = TopicSource.open(kafka, topics.studentSnapshots(), trainerDirectory);
        } else if (rollout != null && follow != Follow.CANDIDATE) {
            source = new RolloutSource(rollout, trainerDirectory, follow == Follow.CANARY, preloadCandidate);
        } else {
            source = new AliasSource(trainerDirectory, follow.label());
        }
        return rollout == null
                ? source
                : new UnrejectedSource(source, rollout, student == null ? trainerDirectory : null);
    }

    /** A directory that stays the one. */
    static SnapshotSource fixed(Path directory) {
        return new SnapshotSource() {
            @Override
            public Wanted wanted() {
                return new Wanted.Student(directory);
            }

            @Override
            public String describe() {
                return "the student in " + directory;
            }
        };
    }

    @Override
    default void close() {}
}

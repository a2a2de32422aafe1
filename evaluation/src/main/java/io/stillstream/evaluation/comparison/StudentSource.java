package io.stillstream.evaluation.comparison;

import io.stillstream.evaluation.EvaluationException;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A student to evaluate.
 *
 * @param name for the report
 * @param directory a Hugging Face directory; a snapshot's is one too
 */
public record StudentSource(String name, Path directory) {

    /**
     * Finds what a user calls a student: a directory, or a snapshot by its id, the beginning of one, or an alias.
     *
     * @throws EvaluationException when it is neither, or the beginning of several
     */
    public static StudentSource find(String name, SnapshotStore store) {
        Path directory = Path.of(name);
        if (Files.isDirectory(directory)) {
            return new StudentSource(name, directory);
        }
        String id = store.aliases().entrySet().stream()
                .filter(alias -> alias.getKey().name().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(name);
        List<Snapshot> snapshots = store.list();
        List<Snapshot> found = snapshots.stream()
                .filter(snapshot -> snapshot.manifest().id().startsWith(id))
                .toList();
        if (found.size() != 1) {
            throw new EvaluationException("'" + name + "' is no directory and "
                    + (found.isEmpty() ? "no snapshot" : "the beginning of several snapshots")
                    + "; expected a student's directory, or one of the snapshots " + ids(snapshots));
        }
        Snapshot snapshot = found.get(0);
        return new StudentSource(snapshot.manifest().id(), snapshot.directory());
    }

    private static String ids(List<Snapshot> snapshots) {
        return Optional.of(snapshots.stream()
                        .map(snapshot -> snapshot.manifest().id())
                        .collect(Collectors.joining(", ")))
                .filter(ids -> !ids.isEmpty())
                .orElse("in the data directory, which has none");
    }
}

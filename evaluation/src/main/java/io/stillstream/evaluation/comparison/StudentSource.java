package io.stillstream.evaluation.comparison;

import io.stillstream.evaluation.EvaluationException;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.adapter.AdapterConfig;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A student to evaluate.
 *
 * @param name for the report
 * @param directory a Hugging Face directory, or one of an adapter; a snapshot's is one of these
 * @param model the directory itself, or the adapter's base
 */
public record StudentSource(String name, Path directory, Path model) {

    /**
     * Finds what a user calls a student: a directory, or a snapshot by its id, the beginning of one, or an alias.
     *
     * @param base of an adapter, whatever it names itself; null for that
     * @throws EvaluationException when it is neither, or the beginning of several; or an adapter whose base is not there
     */
    public static StudentSource find(String name, SnapshotStore store, @Nullable Path base) {
        Path directory = Path.of(name);
        if (Files.isDirectory(directory)) {
            return of(name, directory, base);
        }
        String id = store.named(name);
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
        return of(snapshot.manifest().id(), snapshot.directory(), base);
    }

    private static StudentSource of(String name, Path directory, @Nullable Path base) {
        try {
            return new StudentSource(name, directory, AdapterConfig.model(directory, base));
        } catch (HuggingFaceException e) {
            throw new EvaluationException("the student cannot be used: " + e.getMessage(), e);
        }
    }

    /** Whether it is an adapter, which has its model elsewhere. */
    public boolean isAdapter() {
        return !model.equals(directory);
    }

    private static String ids(List<Snapshot> snapshots) {
        return Optional.of(snapshots.stream()
                        .map(snapshot -> snapshot.manifest().id())
                        .collect(Collectors.joining(", ")))
                .filter(ids -> !ids.isEmpty())
                .orElse("in the data directory, which has none");
    }
}

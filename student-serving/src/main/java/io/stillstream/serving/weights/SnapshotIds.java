package io.stillstream.serving.weights;

import io.stillstream.contract.text.Printable;
import io.stillstream.serving.ServingException;
import io.stillstream.student.snapshot.SnapshotDirectory;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Finds a snapshot's directory by its id, which may come from anybody who can write to the topic. */
final class SnapshotIds {

    private static final Pattern ID = Pattern.compile("[0-9A-Za-z][0-9A-Za-z_-]{0,127}");

    private SnapshotIds() {}

    /** @throws ServingException when it is no id, as {@code ../x} */
    static Path directory(Path trainerDirectory, String id) {
        if (!ID.matcher(id).matches()) {
            throw new ServingException("'" + Printable.line(id)
                    + "' is no snapshot's id; expected up to 128 letters, digits, hyphens and underscores");
        }
        return trainerDirectory.resolve(SnapshotDirectory.SNAPSHOTS).resolve(id);
    }
}

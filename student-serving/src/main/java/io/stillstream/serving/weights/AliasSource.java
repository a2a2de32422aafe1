package io.stillstream.serving.weights;

import io.stillstream.serving.ServingException;
import io.stillstream.student.snapshot.SnapshotDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** The snapshot that an alias in a trainer's data directory points to. */
public final class AliasSource implements SnapshotSource {

    private final Path trainerDirectory;
    private final String alias;

    /** @param alias {@code candidate} or {@code champion} */
    public AliasSource(Path trainerDirectory, String alias) {
        this.trainerDirectory = trainerDirectory;
        this.alias = alias;
    }

    @Override
    public Optional<Path> wanted() {
        Path file = trainerDirectory.resolve(SnapshotDirectory.ALIASES).resolve(alias);
        try {
            String id = new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip();
            return Optional.of(SnapshotIds.directory(trainerDirectory, id));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new ServingException("the alias " + file + " cannot be read: " + e, e);
        }
    }

    @Override
    public String describe() {
        return "the alias " + alias + " in " + trainerDirectory;
    }
}

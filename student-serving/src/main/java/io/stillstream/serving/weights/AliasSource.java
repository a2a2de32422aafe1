package io.stillstream.serving.weights;

import io.stillstream.serving.ServingException;
import io.stillstream.student.snapshot.SnapshotDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The snapshot that an alias in a trainer's data directory points to. */
public final class AliasSource implements SnapshotSource {

    private final Path trainerDirectory;
    private final String alias;

    /** @param alias {@code candidate} or {@code champion} */
    public AliasSource(Path trainerDirectory, String alias) {
        this.trainerDirectory = trainerDirectory.toAbsolutePath().normalize();
        this.alias = alias;
    }

    @Override
    public Wanted wanted() {
        Path aliases = trainerDirectory.resolve(SnapshotDirectory.ALIASES);
        Path file = aliases.resolve(alias);
        try {
            String id = new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip();
            return new Wanted.Published(SnapshotIds.directory(trainerDirectory, id), null);
        } catch (NoSuchFileException e) {
            // A directory that went away takes nothing back; an alias that was removed does.
            return Files.isDirectory(aliases)
                    ? new Wanted.Nothing("there is no " + file + " yet")
                    : new Wanted.Unknown(trainerDirectory
                            + (Files.isDirectory(trainerDirectory) ? " has no aliases" : " does not exist")
                            + "; expected a trainer's data directory there");
        } catch (IOException e) {
            throw new ServingException("the alias " + file + " cannot be read: " + e, e);
        }
    }

    @Override
    public String describe() {
        return "the alias " + alias + " in " + trainerDirectory;
    }
}

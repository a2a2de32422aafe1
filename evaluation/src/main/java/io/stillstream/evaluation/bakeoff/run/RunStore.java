package io.stillstream.evaluation.bakeoff.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.evaluation.EvaluationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Keeps finished runs as files, so that a bake-off that was interrupted goes on where it was. A run's name is the hash of
 * all that went into it, and a file appears under its name only when it is whole.
 */
public final class RunStore {

    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);

    private final Path directory;

    /** @param directory created when the first run is kept */
    public RunStore(Path directory) {
        this.directory = directory;
    }

    public Optional<RunResult> find(String key) {
        Path file = file(key);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(Files.readAllBytes(file), RunResult.class));
        } catch (JsonProcessingException e) {
            throw new EvaluationException(
                    file + " is no run of a bake-off: " + e.getOriginalMessage() + "; remove it to run it again", e);
        } catch (IOException e) {
            throw new EvaluationException(file + " cannot be read: " + e, e);
        }
    }

    public void keep(String key, RunResult run) {
        Path file = file(key);
        try {
            Files.createDirectories(directory);
            Path fresh = file.resolveSibling("." + file.getFileName() + ".new");
            Files.write(fresh, JSON.writeValueAsBytes(run));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new EvaluationException("could not write " + file + ": " + e, e);
        }
    }

    private Path file(String key) {
        return directory.resolve(key + ".json");
    }
}

package io.stillstream.scorer.onnx.graph;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.stillstream.scorer.ScorerException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps derived graphs as files, each derived once. Its directory is named by the hash of the model it was derived from, and a
 * file appears under its name only when it is complete, so that processes may share a directory.
 */
public final class DerivedGraphCache {

    private static final Logger LOG = LoggerFactory.getLogger(DerivedGraphCache.class);

    /** Raised whenever a derived graph changes, so that files of an older build are not taken for this one's. */
    private static final int VERSION = 4;

    private final DecoderGraph decoder;
    private final Path directory;

    private DerivedGraphCache(DecoderGraph decoder, Path directory) {
        this.decoder = decoder;
        this.directory = directory;
    }

    /**
     * Uses the configured directory, or one beside the model, or the temporary directory: the first that can be written.
     *
     * @param configured null where none is configured
     */
    public static DerivedGraphCache of(DecoderGraph decoder, @Nullable Path configured) {
        if (configured != null) {
            return new DerivedGraphCache(decoder, created(configured));
        }
        Path parent = decoder.file().toAbsolutePath().getParent();
        if (parent != null && Files.isWritable(parent)) {
            return new DerivedGraphCache(decoder, created(parent.resolve(".stillstream")));
        }
        return new DerivedGraphCache(
                decoder, created(Path.of(System.getProperty("java.io.tmpdir"), "stillstream-models")));
    }

    /**
     * The file of a derived graph.
     *
     * @param name without version and ending
     * @param derivation called where there is no such file yet
     */
    public Path path(String name, Supplier<ModelProto> derivation) {
        Path home = home();
        Path file = home.resolve(name + "-v" + VERSION + ".onnx");
        if (Files.isRegularFile(file)) {
            return file;
        }
        try {
            linkExternalFiles(home);
            Path temporary = Files.createTempFile(home, name, ".tmp");
            try {
                try (OutputStream out = Files.newOutputStream(temporary)) {
                    derivation.get().writeTo(out);
                }
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new ScorerException(
                    "could not write " + file + ": " + e.getMessage() + "; name a cache directory", e);
        }
        LOG.info("derived {} from {}", file, decoder.file());
        return file;
    }

    /** Weights beside the model must be beside the derived file too: the runtime loads them from nowhere else. */
    private void linkExternalFiles(Path home) throws IOException {
        for (String name : decoder.externalFiles()) {
            Path link = home.resolve(name);
            if (Files.exists(link)) {
                continue;
            }
            created(link.resolveSibling(""));
            Path target = decoder.file().resolveSibling(name).toRealPath();
            try {
                Files.createLink(link, target);
            } catch (IOException | UnsupportedOperationException e) {
                LOG.info("copying {} to {}: it cannot be linked there ({})", target, link, e.getMessage());
                Path temporary = Files.createTempFile(home, "weights", ".tmp");
                Files.copy(target, temporary, StandardCopyOption.REPLACE_EXISTING);
                Files.move(temporary, link, StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }

    private Path home() {
        return created(directory.resolve(decoder.sha256().substring(0, 16) + decoder.variant()));
    }

    private static Path created(Path directory) {
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new ScorerException(
                    "could not create " + directory + ": " + e.getMessage()
                            + "; name a cache directory that can be written",
                    e);
        }
    }
}

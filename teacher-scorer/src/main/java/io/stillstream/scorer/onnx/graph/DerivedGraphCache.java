package io.stillstream.scorer.onnx.graph;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.stillstream.configuration.PrivateDirectory;
import io.stillstream.contract.file.Digests;
import io.stillstream.scorer.ScorerException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps derived graphs as files, each derived once. Its directory is named by the hash of the model it was derived from, and
 * no other user can write into it. A file is named by the hash of its contents and appears only when it is complete and on the
 * disk, so that processes may share a directory; one that holds anything else is derived again.
 */
public final class DerivedGraphCache {

    private static final Logger LOG = LoggerFactory.getLogger(DerivedGraphCache.class);

    /** Raised whenever a derived graph changes, so that files of an older build are not taken for this one's. */
    private static final int VERSION = 5;

    private static final String ENDING = ".onnx";

    private final DecoderGraph decoder;
    private final Path home;

    private DerivedGraphCache(DecoderGraph decoder, Path home) {
        this.decoder = decoder;
        this.home = home;
    }

    /**
     * Uses the configured directory, or one beside the model, or the user's cache: the first that can be written and belongs
     * to this user.
     *
     * @param configured null where none is configured
     * @throws ScorerException when there is none
     */
    public static DerivedGraphCache of(DecoderGraph decoder, @Nullable Path configured) {
        return of(decoder, configured, PrivateDirectory.userCache());
    }

    static DerivedGraphCache of(DecoderGraph decoder, @Nullable Path configured, Optional<Path> userCache) {
        List<Path> places = new ArrayList<>();
        if (configured == null) {
            places.add(decoder.file().toAbsolutePath().resolveSibling(".stillstream"));
            userCache.ifPresent(cache -> places.add(cache.resolve("models")));
        } else {
            places.add(configured);
        }
        List<String> problems = new ArrayList<>();
        for (Path place : places) {
            try {
                PrivateDirectory.create(place);
                Path home = PrivateDirectory.create(place.resolve(decoder.sha256() + decoder.variant()));
                linkExternalFiles(decoder, home);
                return new DerivedGraphCache(decoder, home);
            } catch (IOException e) {
                problems.add(place + " (" + e + ")");
            }
        }
        throw new ScorerException("graphs derived from " + decoder.file() + " cannot be kept in "
                + String.join(" or ", problems)
                + "; name a directory of this user that can be written in teacher.cache-directory");
    }

    /**
     * The file of a derived graph.
     *
     * @param name without version, hash and ending
     * @param derivation called where there is no such file yet, or its contents are not those that were derived
     */
    public Path path(String name, Supplier<ModelProto> derivation) {
        String prefix = name + "-v" + VERSION + "-";
        try {
            Path found = intact(prefix);
            return found == null ? derive(prefix, derivation.get()) : found;
        } catch (IOException e) {
            throw new ScorerException(
                    "could not keep " + name + " of " + decoder.file() + " in " + home + ": " + e
                            + "; make room there, or name another directory in teacher.cache-directory",
                    e);
        }
    }

    /** Null where there is none; files that hold anything else are removed. */
    private @Nullable Path intact(String prefix) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(home, prefix + "*" + ENDING)) {
            for (Path file : files) {
                if (file.getFileName().toString().equals(prefix + Digests.sha256(file) + ENDING)) {
                    return file;
                }
                LOG.warn("{} does not hold what was derived from {}: deriving it again", file, decoder.file());
                Files.deleteIfExists(file);
            }
        }
        return null;
    }

    private Path derive(String prefix, ModelProto graph) throws IOException {
        Path temporary = Files.createTempFile(home, prefix, ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel));
                graph.writeTo(out);
                out.flush();
                channel.force(true);
            }
            Path file = home.resolve(prefix + Digests.sha256(temporary) + ENDING);
            publish(temporary, file);
            LOG.info("derived {} from {}", file, decoder.file());
            return file;
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static void publish(Path temporary, Path file) throws IOException {
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel directory = FileChannel.open(file.resolveSibling(""), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    /** Weights beside the model must be beside the derived file too: the runtime loads them from nowhere else. */
    private static void linkExternalFiles(DecoderGraph decoder, Path home) throws IOException {
        for (String name : decoder.externalFiles()) {
            Path link = home.resolve(name);
            Path target = decoder.file().resolveSibling(name).toRealPath();
            if (Files.exists(link) && isSame(link, target)) {
                continue;
            }
            Files.createDirectories(link.resolveSibling(""));
            Files.deleteIfExists(link);
            try {
                Files.createLink(link, target);
            } catch (IOException | UnsupportedOperationException e) {
                LOG.info("copying {} to {}: it cannot be linked there ({})", target, link, e.getMessage());
                Path temporary = Files.createTempFile(home, "weights", ".tmp");
                Files.copy(target, temporary, StandardCopyOption.REPLACE_EXISTING);
                publish(temporary, link);
            }
        }
    }

    /** Whether it is the same file, or a copy of it. */
    private static boolean isSame(Path link, Path target) throws IOException {
        return Files.isSameFile(link, target) || Files.mismatch(link, target) < 0;
    }
}

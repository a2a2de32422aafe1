package io.stillstream.evaluation.bakeoff.texts;

import io.stillstream.configuration.PrivateDirectory;
import io.stillstream.contract.file.Digests;
import io.stillstream.evaluation.EvaluationException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Caches results that take long as files of byte strings, each named by the hash of all inputs. A file appears under its
 * name only when it is complete, so that processes may share a directory.
 */
final class ContentCache {

    private static final Logger LOG = LoggerFactory.getLogger(ContentCache.class);
    private static final int NAME_LENGTH = 32;

    private final Path directory;

    ContentCache(Path directory) {
        this.directory = directory;
    }

    /**
     * The cached result for these inputs, or else the one computed now.
     *
     * @param kind prefix of the file's name
     * @param ingredients all that the result depends on
     */
    List<byte[]> get(String kind, List<String> ingredients, Supplier<List<byte[]>> make) {
        String hash = Digests.sha256(String.join("\n", ingredients)).substring(0, NAME_LENGTH);
        Path file = directory.resolve(kind + "-" + hash + ".bin");
        if (Files.isRegularFile(file)) {
            LOG.info("cached {}: {}", kind, file);
            return read(file);
        }
        List<byte[]> made = make.get();
        write(file, made);
        return made;
    }

    private static List<byte[]> read(Path file) {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            int count = in.readInt();
            List<byte[]> entries = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                entries.add(in.readNBytes(in.readInt()));
            }
            return entries;
        } catch (IOException e) {
            throw new EvaluationException(file + " cannot be read: " + e + "; remove it to have it computed again", e);
        }
    }

    private void write(Path file, List<byte[]> entries) {
        try {
            PrivateDirectory.createIfAbsent(directory);
            Path temporary = Files.createTempFile(directory, file.getFileName().toString(), ".tmp");
            try {
                try (DataOutputStream out =
                        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(temporary)))) {
                    out.writeInt(entries.size());
                    for (byte[] entry : entries) {
                        out.writeInt(entry.length);
                        out.write(entry);
                    }
                }
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new EvaluationException(
                    "could not write " + file + ": " + e.getMessage() + "; name another --cache", e);
        }
    }
}

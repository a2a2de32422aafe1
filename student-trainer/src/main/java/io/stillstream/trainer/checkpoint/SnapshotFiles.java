package io.stillstream.trainer.checkpoint;

import io.stillstream.contract.SnapshotManifest.FileDigest;
import io.stillstream.huggingface.ModelOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** The files of a snapshot that is being written: each is hashed while it is written. For one thread. */
public final class SnapshotFiles implements ModelOutput {

    private final Path directory;
    private final Map<String, FileDigest> digests = new TreeMap<>();

    SnapshotFiles(Path directory) {
        this.directory = directory;
    }

    /**
     * Opens a new file.
     *
     * @param name with slashes on every operating system, as the manifest has it; directories are created
     */
    @Override
    public WritableByteChannel create(String name) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.resolveSibling(""));
        return new DigestingChannel(
                name, FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    }

    /** Size and sha256 of every file that was closed, by name. */
    Map<String, FileDigest> digests() {
        return new TreeMap<>(digests);
    }

    private final class DigestingChannel implements WritableByteChannel {

        private final String name;
        private final FileChannel file;
        private final MessageDigest digest = sha256();
        private long size;

        DigestingChannel(String name, FileChannel file) {
            this.name = name;
            this.file = file;
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            ByteBuffer written = source.duplicate();
            int count = file.write(source);
            digest.update(written.limit(written.position() + count));
            size += count;
            return count;
        }

        @Override
        public boolean isOpen() {
            return file.isOpen();
        }

        @Override
        public void close() throws IOException {
            if (file.isOpen()) {
                file.close();
                digests.put(name, new FileDigest(HexFormat.of().formatHex(digest.digest()), size));
            }
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}

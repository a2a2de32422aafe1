package io.stillstream.producer.capture.delivery;

import io.stillstream.configuration.PrivateDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * How many records of a spool are done with, in a file of its own, which also locks the spool. It may lag behind, whereupon records
 * are sent again; where it is damaged they all are.
 */
final class SpoolPosition implements AutoCloseable {

    private static final String NAME = "position";
    private static final int BYTES = 2 * Long.BYTES;

    private final FileChannel channel;

    private SpoolPosition(FileChannel channel) {
        this.channel = channel;
    }

    /** @throws IOException when another process has it */
    static SpoolPosition open(Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        PrivateDirectory.createFileIfAbsent(file);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (!locks(channel)) {
            channel.close();
            throw new IOException(directory + " is in use by another process: each needs a spool of its own");
        }
        return new SpoolPosition(channel);
    }

    private static boolean locks(FileChannel channel) throws IOException {
        try {
            // Held until the channel is closed.
            @Nullable FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    long read() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        if (channel.read(bytes, 0) < BYTES) {
            return 0;
        }
        long done = bytes.flip().getLong();
        return bytes.getLong() == checksum(done) ? done : 0;
    }

    void write(long done) throws IOException {
        channel.write(
                ByteBuffer.allocate(BYTES).putLong(done).putLong(checksum(done)).flip(), 0);
    }

    private static long checksum(long done) {
        var crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(done).flip());
        return crc.getValue();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

package io.stillstream.trainer.snapshot;

import io.stillstream.trainer.TrainerException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Where a trainer keeps its snapshots. One trainer at a time: the directory is locked until it is closed. */
public final class DataDirectory implements AutoCloseable {

    private final Path root;
    private final FileChannel lock;

    private DataDirectory(Path root, FileChannel lock) {
        this.root = root;
        this.lock = lock;
    }

    /** @throws TrainerException when the directory cannot be made, written to, or another trainer has it */
    public static DataDirectory open(Path directory) {
        Path root = directory.toAbsolutePath().normalize();
        FileChannel channel = null;
        try {
            Files.createDirectories(snapshots(root));
            Files.createDirectories(aliases(root));
            channel = FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                throw new OverlappingFileLockException();
            }
            return new DataDirectory(root, channel);
        } catch (OverlappingFileLockException e) {
            close(channel, e);
            throw new TrainerException(
                    "another trainer is at work in " + root + "; stop it, or choose another data directory", e);
        } catch (IOException e) {
            close(channel, e);
            throw new TrainerException(
                    "the data directory " + root + " cannot be written to (" + e + "); choose another one", e);
        }
    }

    static Path snapshots(Path root) {
        return root.resolve("snapshots");
    }

    static Path aliases(Path root) {
        return root.resolve("aliases");
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new TrainerException("the lock of " + root + " could not be released", e);
        }
    }

    private static void close(@Nullable FileChannel channel, Exception reason) {
        if (channel == null) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }
}

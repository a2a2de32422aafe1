package io.stillstream.trainer.storage;

import io.stillstream.trainer.FencedException;
import io.stillstream.trainer.TrainerException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a trainer keeps its checkpoints, its snapshots and its ledger. One trainer at a time: the directory is locked
 * until it is closed.
 *
 * <p>A lock can be lost: its file deleted, a network file system's lease run out while the process was suspended. So each
 * opening has a number, its epoch, higher than all before; whoever writes asks {@link #requireCurrent} first, and finds
 * out when somebody else has opened the directory since.
 */
public final class DataDirectory implements AutoCloseable {

    private final Path root;
    private final FileChannel lock;
    private final long epoch;
    private final String id;

    private DataDirectory(Path root, FileChannel lock, long epoch, String id) {
        this.root = root;
        this.lock = lock;
        this.epoch = epoch;
        this.id = id;
    }

    /** @throws TrainerException when the directory cannot be made, written to, or another trainer has it */
    public static DataDirectory open(Path directory) {
        Path root = directory.toAbsolutePath().normalize();
        FileChannel channel = null;
        try {
            Files.createDirectories(snapshots(root));
            Files.createDirectories(checkpoints(root));
            Files.createDirectories(aliases(root));
            channel = FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                throw new OverlappingFileLockException();
            }
            long epoch = readEpoch(root) + 1;
            DurableFiles.replace(epochFile(root), epoch + "\n");
            return new DataDirectory(root, channel, epoch, id(root));
        } catch (OverlappingFileLockException e) {
            close(channel, e);
            throw new TrainerException(
                    "another trainer is at work in " + root + "; stop it, or choose another data directory", e);
        } catch (IOException e) {
            close(channel, e);
            throw new TrainerException(
                    "the data directory " + root + " cannot be written to (" + e + "); choose another one", e);
        } catch (TrainerException e) {
            close(channel, e);
            throw e;
        }
    }

    public Path root() {
        return root;
    }

    /** The number of this opening; those before it have lower ones. */
    public long epoch() {
        return epoch;
    }

    /** The name of this directory and of every copy of it. */
    public String id() {
        return id;
    }

    /**
     * Whether this is still the newest opening: to be asked before anything is written or told.
     *
     * @throws FencedException when it is not
     */
    public void requireCurrent() {
        long newest;
        try {
            newest = readEpoch(root);
        } catch (IOException e) {
            throw new TrainerException("the writer epoch in " + epochFile(root) + " cannot be read: " + e, e);
        }
        if (newest != epoch) {
            throw new FencedException("the data directory " + root + " has been opened by another trainer: its writer"
                    + " epoch is " + newest + ", this trainer's is " + epoch
                    + "; this one stops and leaves everything as it is");
        }
    }

    public static Path snapshots(Path root) {
        return root.resolve("snapshots");
    }

    public static Path checkpoints(Path root) {
        return root.resolve("checkpoints");
    }

    public static Path aliases(Path root) {
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

    private static Path epochFile(Path root) {
        return root.resolve("epoch");
    }

    private static long readEpoch(Path root) throws IOException {
        Path file = epochFile(root);
        try {
            String text = Files.readString(file).strip();
            if (!text.matches("\\d{1,18}")) {
                throw new TrainerException(file + " holds '" + text.substring(0, Math.min(40, text.length()))
                        + "'; expected the number of the last trainer that was started here; write a number higher"
                        + " than the writer epoch in every manifest of this directory into it");
            }
            return Long.parseLong(text);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private static String id(Path root) throws IOException {
        Path file = root.resolve("id");
        if (!Files.exists(file)) {
            DurableFiles.replace(file, UUID.randomUUID() + "\n");
        }
        return Files.readString(file).strip();
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

package io.stillstream.trainer.storage;

import io.stillstream.configuration.PrivateDirectory;
import io.stillstream.student.snapshot.SnapshotDirectory;
import io.stillstream.trainer.FencedException;
import io.stillstream.trainer.TrainerException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a trainer's checkpoints, snapshots and ledger. One trainer at a time: it is locked until closed.
 *
 * <p>A lock can be lost: its file deleted, or a network file system's lease expired while the process was suspended. So each
 * opening has an epoch, a number higher than all before; {@link #requireCurrent}, called before every write, detects that
 * another trainer has opened the directory since.
 */
public final class DataDirectory implements AutoCloseable {

    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final String LOCK = "lock";

    /** Before the first opening. */
    private static final long NO_EPOCH = 0;

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

    /** @throws TrainerException when the directory cannot be created or written to, or another trainer has it open */
    public static DataDirectory open(Path directory) {
        Path root = directory.toAbsolutePath().normalize();
        FileChannel channel = null;
        try {
            // Checkpoints hold held-out prompts and answers.
            PrivateDirectory.open(root, epochFile(root).getFileName().toString());
            Files.createDirectories(snapshots(root));
            Files.createDirectories(checkpoints(root));
            Files.createDirectories(aliases(root));
            channel = FileChannel.open(root.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                throw new OverlappingFileLockException();
            }
            long epoch = readEpoch(root) + 1;
            DurableFiles.replace(epochFile(root), epoch + "\n");
            return new DataDirectory(root, channel, epoch, id(root));
        } catch (OverlappingFileLockException e) {
            close(channel, e);
            throw new TrainerException(
                    "another trainer is running in " + root + "; stop it, or choose another data directory", e);
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

    /** The number of this opening: higher than that of every opening before. */
    public long epoch() {
        return epoch;
    }

    /** A random id, the same for every copy of this directory. */
    public String id() {
        return id;
    }

    /**
     * Checks that this is still the newest opening; to be called before anything is written or published.
     *
     * @throws FencedException when it is not
     * @throws TrainerException when the directory is not there any more
     */
    public void requireCurrent() {
        long newest;
        try {
            newest = readEpoch(root);
            if (newest == NO_EPOCH && !Files.exists(epochFile(root))) {
                throw new TrainerException(
                        "the data directory " + root + " was removed or renamed while a trainer had it"
                                + " open: there is no " + epochFile(root)
                                + "; this one stops. Put the directory back before the next start");
            }
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
        return root.resolve(SnapshotDirectory.SNAPSHOTS);
    }

    public static Path checkpoints(Path root) {
        return root.resolve("checkpoints");
    }

    public static Path aliases(Path root) {
        return root.resolve(SnapshotDirectory.ALIASES);
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
            String text = text(file);
            if (!text.matches("\\d{1,18}")) {
                throw new TrainerException(file + " holds '" + text.substring(0, Math.min(40, text.length()))
                        + "'; expected the number of the last trainer that was started here; write a number higher"
                        + " than the writer epoch in every manifest of this directory into it");
            }
            return Long.parseLong(text);
        } catch (NoSuchFileException e) {
            return NO_EPOCH;
        }
    }

    private static String id(Path root) throws IOException {
        Path file = root.resolve("id");
        if (!Files.exists(file)) {
            DurableFiles.replace(file, UUID.randomUUID() + "\n");
        }
        String id = text(file);
        if (!ID.matcher(id).matches()) {
            throw new TrainerException(file + " holds '" + id.substring(0, Math.min(40, id.length()))
                    + "'; expected the random id by which the brokers tell this directory's trainers from others; restore"
                    + " the file, or remove it: the next start draws another");
        }
        return id;
    }

    /** Whatever the bytes are, so that it can be said what is there. */
    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).strip();
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

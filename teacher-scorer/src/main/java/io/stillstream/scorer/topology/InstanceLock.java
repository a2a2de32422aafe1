package io.stillstream.scorer.topology;

import io.stillstream.configuration.PrivateDirectory;
import io.stillstream.monitoring.crash.CrashJournal;
import io.stillstream.scorer.ScorerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A name for this scorer that survives a crash. A process that is started after a crash gets the name of the one that died: so
 * it can abort the transaction that was left open, and the consumer group takes it for the same static member.
 *
 * <p>The name is in a file that the process holds locked; the operating system releases the lock however the process ends.
 * The files are numbered, and the first that nobody holds is taken, so that several scorers of one machine may share a
 * directory.
 */
final class InstanceLock implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(InstanceLock.class);
    private static final String DIRECTORY = "instances";
    /** More scorers than that in one directory get a new name at every start. */
    private static final int MAX_INSTANCES = 256;

    private final String name;
    private final @Nullable Path file;
    private final @Nullable FileChannel locked;

    private InstanceLock(String name, @Nullable Path file, @Nullable FileChannel locked) {
        this.name = name;
        this.file = file;
        this.locked = locked;
    }

    /** Takes the first name that is free; where none can be had, a new one that no later process will get. */
    static InstanceLock take(Path stateDirectory, String applicationId) {
        Path directory = stateDirectory.resolve(DIRECTORY).resolve(applicationId);
        try {
            PrivateDirectory.open(stateDirectory, DIRECTORY);
            Files.createDirectories(directory);
            for (int number = 0; number < MAX_INSTANCES; number++) {
                Optional<InstanceLock> instance = tryTake(directory.resolve(Integer.toString(number)));
                if (instance.isPresent()) {
                    return instance.get();
                }
            }
            LOG.warn("all {} names in {} are taken; {}", MAX_INSTANCES, directory, consequence());
        } catch (IOException e) {
            LOG.warn("no name can be kept in {} ({}); {}", directory, e.toString(), consequence());
        }
        return new InstanceLock(newName(), null, null);
    }

    private static Optional<InstanceLock> tryTake(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return Optional.of(new InstanceLock(nameIn(channel), file, channel));
            }
        } catch (OverlappingFileLockException taken) {
            LOG.debug("{} belongs to another scorer of this process", file);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        return Optional.empty();
    }

    private static String nameIn(FileChannel channel) throws IOException {
        ByteBuffer kept = ByteBuffer.allocate(Math.toIntExact(channel.size()));
        channel.read(kept, 0);
        String name = new String(kept.array(), StandardCharsets.US_ASCII);
        if (isName(name)) {
            return name;
        }
        String fresh = newName();
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(fresh.getBytes(StandardCharsets.US_ASCII)), 0);
        channel.force(true);
        return fresh;
    }

    /** A machine that failed while the name was written leaves part of one. */
    private static boolean isName(String kept) {
        try {
            return UUID.fromString(kept).toString().equals(kept);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String newName() {
        return UUID.randomUUID().toString();
    }

    private static String consequence() {
        return "after a crash the group waits for this scorer's session and transaction to time out";
    }

    /** Unique among all scorers; the same for each process that takes this lock. */
    String name() {
        return name;
    }

    /**
     * The journal of the records that processes of this name died of; one that counts nothing where the name is a new one.
     *
     * @param topic see {@link CrashJournal#open}
     * @param maxDeaths 0 counts nothing
     * @throws ScorerException when it cannot be kept
     */
    CrashJournal crashJournal(String topic, int maxDeaths) {
        if (maxDeaths == 0) {
            return CrashJournal.none();
        }
        if (file == null) {
            LOG.warn("a record that kills this process does so at every start: its deaths cannot be counted");
            return CrashJournal.none();
        }
        Path directory = file.resolveSibling(file.getFileName() + ".crashes");
        try {
            return CrashJournal.open(directory, topic, maxDeaths);
        } catch (IOException e) {
            throw new ScorerException(
                    "the records that this scorer died of cannot be noted in " + directory + ": " + e, e);
        }
    }

    @Override
    public void close() {
        if (locked == null) {
            return;
        }
        try {
            locked.close();
        } catch (IOException e) {
            LOG.warn("the lock of the name {} could not be released: {}", name, e.toString());
        }
    }
}

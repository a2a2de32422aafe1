package io.stillstream.monitoring.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts, across restarts, how often the process died while it processed a record: aborted in native code, killed, or out
 * of memory. A record of which it died once is a suspect, and has to be processed alone, so that the next death says which
 * one it is. A record of which it died twice is poison, and must not be processed again. Safe for use by several threads.
 *
 * <p>Not counted are exceptions of {@link #process}, and a process that was told to stop ({@link #ignoreFurtherDeaths}).
 */
public final class CrashJournal {

    private static final Logger LOG = LoggerFactory.getLogger(CrashJournal.class);

    /** How many deaths make a record poison, where nobody says otherwise. */
    static final int DEATHS_OF_POISON = 2;

    private static final String COUNTS = "counts";
    private static final String IN_FLIGHT = "in-flight-";

    private final @Nullable CrashCounts counts;
    private final Deque<InFlightFile> idle = new ArrayDeque<>();
    private final Set<InFlightFile> inUse = new HashSet<>();

    private final Path directory;
    private final String topic;
    private final int deathsOfPoison;
    private int created;
    private boolean ignoring;

    private CrashJournal(@Nullable CrashCounts counts, Path directory, String topic, int deathsOfPoison) {
        this.counts = counts;
        this.directory = directory;
        this.topic = topic;
        this.deathsOfPoison = deathsOfPoison;
    }

    /** A journal that counts nothing and knows no poison. */
    public static CrashJournal none() {
        return new CrashJournal(null, Path.of(""), "", DEATHS_OF_POISON);
    }

    /**
     * Counts what the process that had the directory before died of.
     *
     * @param directory of this process alone
     * @param topic what tells the topic from every other, also from one that had its name before: the counts of any other
     *     are dropped
     * @throws IOException when the directory cannot be read or written
     */
    public static CrashJournal open(Path directory, String topic) throws IOException {
        return open(directory, topic, DEATHS_OF_POISON);
    }

    /**
     * The same, with another bound.
     *
     * @param deathsOfPoison how many deaths make a record poison
     */
    public static CrashJournal open(Path directory, String topic, int deathsOfPoison) throws IOException {
        Files.createDirectories(directory);
        CrashCounts counts = CrashCounts.read(directory.resolve(COUNTS), topic);
        List<Path> left;
        try (Stream<Path> files = Files.list(directory)) {
            left = files.filter(file -> file.getFileName().toString().startsWith(IN_FLIGHT))
                    .sorted()
                    .toList();
        }
        List<PartitionOffset> died = new ArrayList<>();
        for (Path file : left) {
            died.addAll(InFlightFile.read(file, topic));
        }
        if (!died.isEmpty()) {
            LOG.warn(
                    "the process before this one died while it processed the record at {}{}, {} now",
                    died.get(0),
                    died.size() == 1 ? "" : " and " + (died.size() - 1) + " more",
                    died.size() == 1 ? "which is processed alone" : "each of which is processed alone");
            counts.add(died);
        }
        for (Path file : left) {
            Files.delete(file);
        }
        return new CrashJournal(counts, directory, topic, deathsOfPoison);
    }

    /** Whether the process died once of it, so that it has to be processed alone. */
    public boolean isSuspect(PartitionOffset record) {
        return deaths(record) > 0 && !isPoison(record);
    }

    /** Whether the process died so often of it that it must not be processed. */
    public boolean isPoison(PartitionOffset record) {
        return deaths(record) >= deathsOfPoison;
    }

    private int deaths(PartitionOffset record) {
        return counts == null ? 0 : counts.of(record);
    }

    /**
     * Does work that may kill the process, with a mark on the disk that says of which records it then died. The mark is
     * taken away when the work returns or throws an exception. It stays when an error ends the process: all but a {@link
     * StackOverflowError}, which leaves the process whole.
     *
     * @throws UncheckedIOException when the mark cannot be written
     */
    public <T> T process(List<PartitionOffset> records, Supplier<T> work) {
        return process(records, work, false);
    }

    /**
     * The same for work whose exceptions end the process too: the mark stays, and the death is counted, whatever is thrown.
     *
     * @throws UncheckedIOException when the mark cannot be written
     */
    public <T> T processOrDie(List<PartitionOffset> records, Supplier<T> work) {
        return process(records, work, true);
    }

    private <T> T process(List<PartitionOffset> records, Supplier<T> work, boolean exceptionsAreFatal) {
        if (counts == null) {
            return work.get();
        }
        InFlightFile file = mark(records);
        boolean fatal = false;
        try {
            return work.get();
        } catch (RuntimeException | StackOverflowError e) {
            fatal = exceptionsAreFatal;
            throw e;
        } catch (Error e) {
            fatal = true;
            throw e;
        } finally {
            unmark(file, fatal);
        }
    }

    /**
     * The same for work whose exceptions concern the records. What the journal itself throws concerns the process, and leaves
     * this method.
     *
     * @throws UncheckedIOException when the mark cannot be written
     */
    public <T> Attempt<T> attempt(List<PartitionOffset> records, Supplier<T> work) {
        return process(records, () -> {
            try {
                return new Attempt<>(work.get(), null);
            } catch (RuntimeException | StackOverflowError e) {
                return new Attempt<>(null, e);
            }
        });
    }

    private InFlightFile mark(List<PartitionOffset> records) {
        synchronized (idle) {
            try {
                InFlightFile file = idle.isEmpty()
                        ? InFlightFile.create(directory.resolve(IN_FLIGHT + created++), topic)
                        : idle.remove();
                inUse.add(file);
                if (!ignoring) {
                    file.mark(records);
                }
                return file;
            } catch (IOException e) {
                throw new UncheckedIOException("the records in flight could not be noted in " + directory, e);
            }
        }
    }

    /** A fatal mark is final: its file is used no more. */
    private void unmark(InFlightFile file, boolean fatal) {
        synchronized (idle) {
            inUse.remove(file);
            if (!fatal) {
                file.clear();
                idle.add(file);
            }
        }
    }

    /** Drops the count of records that were processed and did not kill the process. */
    public void acquit(List<PartitionOffset> records) {
        if (counts != null) {
            counts.remove(records);
        }
    }

    /** Counts no death from now on: the process was told to stop, and may be killed if that takes too long. */
    public void ignoreFurtherDeaths() {
        synchronized (idle) {
            ignoring = true;
            inUse.forEach(InFlightFile::clear);
        }
    }
}

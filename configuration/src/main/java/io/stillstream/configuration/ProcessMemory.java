package io.stillstream.configuration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * What the operating system has given a process. Models live outside the heap, where the JVM's own figures see nothing.
 * Linux only; see proc(5).
 */
public final class ProcessMemory {

    private static final String RESET_PEAK = "5";
    private static final long BYTES_PER_KIBIBYTE = 1024;

    private final Path directory;

    /**
     * The largest reading since the peak was reset. Linux counts pages per thread and adds them up late, so that a peak
     * may be told smaller than what was read before it.
     */
    private final AtomicLong largestRead = new AtomicLong();

    private ProcessMemory(Path directory) {
        this.directory = directory;
    }

    public static ProcessMemory ofThisProcess() {
        return new ProcessMemory(Path.of("/proc/self"));
    }

    /** Whether the operating system says at all what it has given a process. */
    public static boolean isKnown() {
        return Files.isReadable(Path.of("/proc/self/status"));
    }

    /** @param pid of a process of the same user */
    public static ProcessMemory of(long pid) {
        return new ProcessMemory(Path.of("/proc", Long.toString(pid)));
    }

    /**
     * Bytes in RAM now.
     *
     * @throws IOException when this is not Linux, or the process has ended
     */
    public long resident() throws IOException {
        long resident = read("VmRSS:");
        largestRead.accumulateAndGet(resident, Math::max);
        return resident;
    }

    /**
     * The most bytes that were in RAM since the process started, or since {@link #resetPeak()}: no less than any {@link
     * #resident()} since then.
     *
     * @throws IOException when this is not Linux, or the process has ended
     */
    public long peak() throws IOException {
        return Math.max(read("VmHWM:"), largestRead.get());
    }

    /**
     * Sets the peak to what is resident now.
     *
     * @throws IOException when this is not Linux, or the process has ended
     */
    public void resetPeak() throws IOException {
        Files.writeString(directory.resolve("clear_refs"), RESET_PEAK);
        largestRead.set(0);
    }

    private long read(String field) throws IOException {
        Path status = directory.resolve("status");
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith(field))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * BYTES_PER_KIBIBYTE)
                    .findFirst()
                    .orElseThrow(() -> new IOException(status + " has no line " + field));
        }
    }
}

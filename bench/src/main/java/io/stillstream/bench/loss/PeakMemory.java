package io.stillstream.bench.loss;

import io.stillstream.trainer.TrainerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much memory this process takes at most while something runs, as Linux counts it. */
final class PeakMemory {

    private static final Path CLEAR = Path.of("/proc/self/clear_refs");
    private static final Path STATUS = Path.of("/proc/self/status");
    /** Sets the peak back to what is resident now; see proc(5). */
    private static final String RESET_PEAK = "5";

    private static final long KIBIBYTE = 1024;

    private PeakMemory() {}

    /** Bytes beyond what was resident before. */
    static long during(Runnable work) {
        try {
            Files.writeString(CLEAR, RESET_PEAK);
            long before = read("VmRSS:");
            work.run();
            return read("VmHWM:") - before;
        } catch (IOException e) {
            throw new TrainerException("peak memory cannot be read from " + STATUS + " on this system: " + e, e);
        }
    }

    private static long read(String key) throws IOException {
        for (String line : Files.readAllLines(STATUS)) {
            if (line.startsWith(key)) {
                return Long.parseLong(line.replaceAll("\\D", "")) * KIBIBYTE;
            }
        }
        throw new IOException("no " + key + " in " + STATUS);
    }
}

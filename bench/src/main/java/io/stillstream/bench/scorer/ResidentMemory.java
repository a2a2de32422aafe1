package io.stillstream.bench.scorer;

import io.stillstream.pipeline.PipelineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process has in memory, as Linux counts it; see proc(5). */
final class ResidentMemory {

    private static final Path CLEAR = Path.of("/proc/self/clear_refs");
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String RESET_PEAK = "5";
    private static final long KIBIBYTE = 1024;

    private ResidentMemory() {}

    /** Bytes now. */
    static long now() {
        return read("VmRSS:");
    }

    /** The most bytes since the start, or since the peak was forgotten. */
    static long peak() {
        return read("VmHWM:");
    }

    static void forgetPeak() {
        try {
            Files.writeString(CLEAR, RESET_PEAK);
        } catch (IOException e) {
            throw unavailable(CLEAR, e);
        }
    }

    private static long read(String key) {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith(key)) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * KIBIBYTE;
                }
            }
        } catch (IOException e) {
            throw unavailable(STATUS, e);
        }
        throw new PipelineException("there is no " + key + " in " + STATUS + "; expected Linux");
    }

    private static PipelineException unavailable(Path file, IOException cause) {
        return new PipelineException(
                "this process's memory cannot be read from " + file + " on this system: " + cause, cause);
    }
}

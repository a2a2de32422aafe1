package io.stillstream.huggingface;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The memory of this process, native code's included. */
public final class ProcessMemory {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String RESIDENT = "VmRSS:";
    private static final long BYTES_PER_KILOBYTE = 1024;

    private ProcessMemory() {}

    /** In bytes; 0 where the operating system does not say, which all but Linux do not. */
    public static long resident() {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith(RESIDENT)) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * BYTES_PER_KILOBYTE;
                }
            }
        } catch (IOException e) {
            return 0;
        }
        return 0;
    }
}

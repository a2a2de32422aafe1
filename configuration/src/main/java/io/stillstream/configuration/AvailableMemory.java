package io.stillstream.configuration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How much more memory a process may take before its machine or its container has none left. Linux only; see proc(5) and
 * cgroups(7).
 *
 * @param bytes outside the Java heap: what the heap may still grow by is taken off
 * @param of what has so much, to stand after "available": {@code on this machine} or {@code in this container}
 * @param heapGrowth bytes by which the Java heap may still grow
 */
public record AvailableMemory(long bytes, String of, long heapGrowth) {

    private static final long BYTES_PER_KIBIBYTE = 1024;

    /** Empty where the operating system does not say. */
    public static Optional<AvailableMemory> ofThisProcess() {
        Runtime runtime = Runtime.getRuntime();
        return read(Path.of("/proc"), Path.of("/sys/fs/cgroup"), runtime.maxMemory() - runtime.totalMemory());
    }

    static Optional<AvailableMemory> read(Path proc, Path cgroups, long heapGrowth) {
        try {
            long machine = field(proc.resolve("meminfo"), "MemAvailable:") * BYTES_PER_KIBIBYTE;
            long container = container(proc, cgroups);
            return Optional.of(
                    container < machine
                            ? new AvailableMemory(container - heapGrowth, "in this container", heapGrowth)
                            : new AvailableMemory(machine - heapGrowth, "on this machine", heapGrowth));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** The least that this process's group, or one that it is in, has left; file pages that can be dropped are left too. */
    private static long container(Path proc, Path cgroups) throws IOException {
        long least = Long.MAX_VALUE;
        Path self = proc.resolve("self/cgroup");
        if (!Files.isReadable(self)) {
            return least;
        }
        for (String line : Files.readAllLines(self)) {
            // Version 2 is "0::/group"; version 1 has a line for each controller, "4:memory:/group".
            List<String> parts = List.of(line.split(":", 3));
            boolean unified = line.startsWith("0::");
            if (parts.size() < 3 || !(unified || parts.get(1).equals("memory"))) {
                continue;
            }
            Path root = unified ? cgroups : cgroups.resolve("memory");
            Path group = root.resolve("." + parts.get(2)).normalize();
            while (group != null && group.startsWith(root)) {
                least = Math.min(least, unified ? left(group) : leftOfVersion1(group));
                group = group.getParent();
            }
        }
        return least;
    }

    private static long left(Path group) throws IOException {
        return left(group, "memory.max", "memory.current", "inactive_file ");
    }

    private static long leftOfVersion1(Path group) throws IOException {
        return left(group, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file ");
    }

    private static long left(Path group, String limit, String usage, String droppable) throws IOException {
        Path file = group.resolve(limit);
        if (!Files.isReadable(file)) {
            return Long.MAX_VALUE;
        }
        String most = Files.readString(file).strip();
        if (most.equals("max")) {
            return Long.MAX_VALUE;
        }
        long used = Long.parseLong(Files.readString(group.resolve(usage)).strip())
                - field(group.resolve("memory.stat"), droppable);
        return Long.parseLong(most) - used;
    }

    private static long field(Path file, String field) throws IOException {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(field))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow(() -> new IOException(file + " has no line " + field));
        }
    }
}

package io.stillstream.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AvailableMemoryTest {

    private static final long HEAP_GROWTH = 24;

    @TempDir
    private Path directory;

    @BeforeEach
    void writeMeminfo() throws IOException {
        write("proc/meminfo", "MemTotal:  2000 kB\nMemFree:  10 kB\nMemAvailable:  1000 kB\n");
    }

    @Test
    void read_noContainer_isTheMachines() {
        assertThat(read()).isEqualTo(new AvailableMemory(1000 * 1024 - HEAP_GROWTH, "on this machine", HEAP_GROWTH));
    }

    @Test
    void read_limitOfAGroupAbove_counts() throws IOException {
        write("proc/self/cgroup", "0::/pod/box\n");
        write("cgroup/pod/box/memory.max", "max\n");
        write("cgroup/pod/memory.max", "5000\n");
        write("cgroup/pod/memory.current", "4000\n");
        write("cgroup/pod/memory.stat", "anon 3100\nfile 900\ninactive_file 700\n");
        assertThat(read()).isEqualTo(new AvailableMemory(1700 - HEAP_GROWTH, "in this container", HEAP_GROWTH));
    }

    @Test
    void read_version1_isReadToo() throws IOException {
        write("proc/self/cgroup", "5:cpu,cpuacct:/box\n4:memory:/box\n");
        write("cgroup/memory/box/memory.limit_in_bytes", "5000\n");
        write("cgroup/memory/box/memory.usage_in_bytes", "4000\n");
        write("cgroup/memory/box/memory.stat", "cache 900\ninactive_file 1\ntotal_inactive_file 700\n");
        assertThat(read()).isEqualTo(new AvailableMemory(1700 - HEAP_GROWTH, "in this container", HEAP_GROWTH));
    }

    @Test
    void read_limitAboveTheMachines_isTheMachines() throws IOException {
        write("proc/self/cgroup", "0::/\n");
        write("cgroup/memory.max", "99999999\n");
        write("cgroup/memory.current", "4000\n");
        write("cgroup/memory.stat", "inactive_file 0\n");
        assertThat(read().of()).isEqualTo("on this machine");
    }

    @Test
    void read_notLinux_isUnknown() {
        assertThat(AvailableMemory.read(directory.resolve("none"), directory, 0))
                .isEmpty();
    }

    private AvailableMemory read() {
        return AvailableMemory.read(directory.resolve("proc"), directory.resolve("cgroup"), HEAP_GROWTH)
                .orElseThrow();
    }

    private void write(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}

package io.stillstream.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
final class ProcessMemoryTest {

    private static final int BYTES = 64 << 20;

    @Test
    void peak_afterAnAllocation_holdsIt() throws IOException {
        ProcessMemory memory = ProcessMemory.ofThisProcess();
        memory.resetPeak();
        long before = memory.resident();

        ByteBuffer allocated = ByteBuffer.allocateDirect(BYTES);
        for (int i = 0; i < BYTES; i += 4096) {
            allocated.put(i, (byte) 1);
        }

        assertThat(memory.peak()).isGreaterThan(before + BYTES / 2);
        assertThat(memory.resident()).isLessThanOrEqualTo(memory.peak());
        assertThat(allocated.get(0)).isOne();
    }

    @Test
    void peak_afterReadings_isNoLessThanAnyOfThem() throws IOException {
        ProcessMemory memory = ProcessMemory.ofThisProcess();
        memory.resetPeak();
        long largest = 0;
        for (int i = 0; i < 100; i++) {
            largest = Math.max(largest, memory.resident());
            assertThat(memory.peak()).isGreaterThanOrEqualTo(largest);
        }
    }

    /** Linux takes the larger of the size now and a peak that it notes now and then, so a later reading may be a little smaller. */
    @Test
    void of_ownProcessId_isThisProcess() throws IOException {
        assertThat(ProcessMemory.of(ProcessHandle.current().pid()).peak())
                .isGreaterThan(1 << 20)
                .isCloseTo(ProcessMemory.ofThisProcess().peak(), within((long) BYTES));
    }

    @Test
    void resident_noSuchProcess_saysWhichFile() {
        assertThatThrownBy(() -> ProcessMemory.of(Integer.MAX_VALUE).resident())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/proc/2147483647/status");
    }
}

package io.stillstream.monitoring;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The memory of the process as the operating system counts it. Models are outside the heap, where the JVM's own meters do
 * not see them.
 * Linux only; elsewhere the values are NaN.
 */
final class ProcessMemoryMeters implements MeterBinder {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int BYTES_PER_KIBIBYTE = 1024;

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("process.resident.memory", () -> read("VmRSS:"))
                .description("Resident memory of the process, native models included")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("process.resident.memory.peak", () -> read("VmHWM:"))
                .description("Largest resident memory of the process since it started")
                .baseUnit("bytes")
                .register(registry);
    }

    private static double read(String field) {
        if (!Files.isReadable(STATUS)) {
            return Double.NaN;
        }
        try (var lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith(field))
                    .map(line -> line.replaceAll("\\D", ""))
                    .mapToDouble(kibibytes -> Double.parseDouble(kibibytes) * BYTES_PER_KIBIBYTE)
                    .findFirst()
                    .orElse(Double.NaN);
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}

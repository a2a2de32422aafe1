package io.stillstream.monitoring;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.stillstream.configuration.ProcessMemory;
import java.io.IOException;

/**
 * The memory of the process as the operating system counts it. Models are outside the heap, where the JVM's own meters do
 * not see them.
 * Linux only; elsewhere the values are NaN.
 */
final class ProcessMemoryMeters implements MeterBinder {

    private final ProcessMemory memory = ProcessMemory.ofThisProcess();

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("process.resident.memory", () -> read(memory::resident))
                .description("Resident memory of the process, native models included")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("process.resident.memory.peak", () -> read(memory::peak))
                .description("Largest resident memory of the process since it started")
                .baseUnit("bytes")
                .register(registry);
    }

    private static double read(Figure figure) {
        try {
            return figure.bytes();
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    @FunctionalInterface
    private interface Figure {
        long bytes() throws IOException;
    }
}

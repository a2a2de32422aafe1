package io.stillstream.monitoring;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.io.IOException;

/**
 * What the operating system has given the process. Models live outside the heap, where the JVM's own meters see nothing.
 * Linux only; elsewhere the values are NaN.
 */
final class ProcessMemoryMeters implements MeterBinder {

    private final ProcessMemory memory = ProcessMemory.ofThisProcess();

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("process.resident.memory", () -> read(memory::resident))
                .description("Memory of the process that is in RAM, native models included")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("process.resident.memory.peak", () -> read(memory::peak))
                .description("The most RAM the process has held since it started")
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

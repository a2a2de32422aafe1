package io.stillstream.monitoring.traffic;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.stillstream.monitoring.stage.Stage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What the capture of live traffic reports. Thread-safe. */
public final class CaptureMeters {

    private final MeterRegistry registry;
    private final Clock clock;
    private final Counter trainPrompts;
    private final Counter heldOutPrompts;
    private final Counter deliveryFailures;
    private final Counter acceptedFeedback;
    private final Counter rejectedFeedback;
    private final Map<CaptureDrop, Counter> drops = new EnumMap<>(CaptureDrop.class);
    private volatile @Nullable Instant newest;

    public CaptureMeters(MeterRegistry registry, Clock clock) {
        this.registry = registry;
        this.clock = clock;
        trainPrompts = captured("train");
        heldOutPrompts = captured("held_out");
        for (CaptureDrop reason : CaptureDrop.values()) {
            drops.put(
                    reason,
                    counter("stillstream.capture.dropped", "Calls through the proxy that became no prompt", null)
                            .tag("reason", reason.label())
                            .register(registry));
        }
        deliveryFailures = counter(
                        "stillstream.capture.delivery.failures",
                        "Times that Kafka did not take captured prompts, which are then tried again",
                        "failures")
                .register(registry);
        acceptedFeedback = feedback("accepted");
        rejectedFeedback = feedback("rejected");
        gauge(
                "stillstream.capture.newest.age",
                "Time since the newest call that was captured had ended",
                "seconds",
                this,
                CaptureMeters::newestAge);
    }

    /** Publishes what waits, as it is whenever somebody asks. */
    public void watch(Supplier<Waiting> waiting) {
        gauge(
                "stillstream.capture.queue",
                "Memory of calls that wait to be read",
                "bytes",
                waiting,
                supplier -> supplier.get().queueBytes());
        gauge(
                "stillstream.capture.buffer",
                "Memory of captured prompts that wait for Kafka where there is no spool",
                "bytes",
                waiting,
                supplier -> supplier.get().bufferBytes());
        gauge(
                "stillstream.capture.spool",
                "Disk space of captured prompts that wait for Kafka",
                "bytes",
                waiting,
                supplier -> supplier.get().spoolBytes());
        gauge(
                "stillstream.capture.spooled",
                "Captured prompts that wait for Kafka on disk",
                "records",
                waiting,
                supplier -> supplier.get().spoolRecords());
    }

    /** @param endedAt when the call had ended */
    public void recordCaptured(boolean heldOut, Instant endedAt) {
        (heldOut ? heldOutPrompts : trainPrompts).increment();
        newest = endedAt;
    }

    public void recordDropped(CaptureDrop reason) {
        recordDropped(reason, 1);
    }

    public void recordDropped(CaptureDrop reason, long calls) {
        Counter counter = drops.get(reason);
        if (counter == null) {
            throw new IllegalStateException("no counter for " + reason);
        }
        counter.increment((double) calls);
    }

    public void recordDeliveryFailure() {
        deliveryFailures.increment();
    }

    public void recordFeedback(boolean accepted) {
        (accepted ? acceptedFeedback : rejectedFeedback).increment();
    }

    private double newestAge() {
        Instant at = newest;
        return at == null ? Double.NaN : Duration.between(at, clock.instant()).toMillis() / 1e3;
    }

    private Counter captured(String split) {
        return counter(
                        "stillstream.captured.prompts",
                        "Prompts made of calls through the proxy, redacted and given to delivery",
                        "prompts")
                .tag("split", split)
                .register(registry);
    }

    private Counter feedback(String outcome) {
        return counter("stillstream.feedback", "Feedback on calls through the proxy", null)
                .tag("outcome", outcome)
                .register(registry);
    }

    private static Counter.Builder counter(String name, String description, @Nullable String unit) {
        return Counter.builder(name).description(description).baseUnit(unit).tags(Stage.PRODUCER.tags());
    }

    private <T> void gauge(String name, String description, String unit, T of, ToDoubleFunction<T> value) {
        Gauge.builder(name, of, value)
                .strongReference(true)
                .description(description)
                .baseUnit(unit)
                .tags(Stage.PRODUCER.tags())
                .register(registry);
    }

    /**
     * What waits at a moment.
     *
     * @param spoolBytes disk space, 0 without a spool
     */
    public record Waiting(long queueBytes, long bufferBytes, long spoolBytes, long spoolRecords) {}
}

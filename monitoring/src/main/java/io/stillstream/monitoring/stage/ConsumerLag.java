package io.stillstream.monitoring.stage;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many records of each partition a stage has not processed yet. A consumer reports its own with {@link #record};
 * of a group's, {@code monitoring.broker} asks the brokers. Thread-safe.
 */
public final class ConsumerLag {

    public static final String NAME = "stillstream.consumer.lag";
    public static final String TOPIC = "topic";

    private final MeterRegistry registry;
    private final Stage stage;
    private final Map<Partition, PartitionLag> lags = new ConcurrentHashMap<>();

    public ConsumerLag(MeterRegistry registry, Stage stage) {
        this.registry = registry;
        this.stage = stage;
    }

    public void record(String topic, int partition, long records) {
        set(topic, partition, (double) records);
    }

    /** The series shows NaN: what is known of the partition cannot be right. */
    public void recordUnknown(String topic, int partition) {
        set(topic, partition, Double.NaN);
    }

    private void set(String topic, int partition, double records) {
        lags.computeIfAbsent(new Partition(topic, partition), this::register)
                .bits
                .set(Double.doubleToLongBits(records));
    }

    /** Removes the series of a partition that another consumer reads now; its last value would be stale. */
    public void forget(String topic, int partition) {
        PartitionLag lag = lags.remove(new Partition(topic, partition));
        if (lag != null) {
            registry.remove(lag.gauge);
        }
    }

    private PartitionLag register(Partition partition) {
        var bits = new AtomicLong(Double.doubleToLongBits(Double.NaN));
        Gauge gauge = Gauge.builder(NAME, () -> Double.longBitsToDouble(bits.get()))
                .description("Records of the partition that the stage has not processed yet")
                .baseUnit("records")
                .tags(stage.tags())
                .tags(Tags.of(TOPIC, partition.topic, "partition", Integer.toString(partition.number)))
                .register(registry);
        return new PartitionLag(gauge, bits);
    }

    private record Partition(String topic, int number) {}

    private record PartitionLag(Gauge gauge, AtomicLong bits) {}
}

package io.stillstream.trainer.offsets;

import io.stillstream.trainer.TrainerException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/**
 * For each partition the next offset to be trained on: where a snapshot is in the stream. Immutable.
 *
 * <p>Partitions that are not in it are read from their beginning.
 */
public final class Offsets {

    private static final Offsets BEGINNING = new Offsets(Map.of());

    private final Map<TopicPartition, Long> offsets;

    private Offsets(Map<TopicPartition, Long> offsets) {
        this.offsets = offsets;
    }

    public static Offsets beginning() {
        return BEGINNING;
    }

    /** @param offsets next offset by partition */
    public static Offsets of(Map<TopicPartition, Long> offsets) {
        return new Offsets(Map.copyOf(offsets));
    }

    /** Reads the form that manifests have, {@code teacher-targets-0: 17}. */
    public static Offsets parse(Map<String, Long> named) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        named.forEach((name, offset) -> offsets.put(partition(name), offset));
        return of(offsets);
    }

    /** @param numbered next offset by the partition's number, as the ledger has it */
    public static Offsets ofNumbered(String topic, Map<Integer, Long> numbered) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        numbered.forEach((partition, offset) -> offsets.put(new TopicPartition(topic, partition), offset));
        return of(offsets);
    }

    public Map<TopicPartition, Long> offsets() {
        return offsets;
    }

    /** The offsets of the one topic, as the ledger has them. */
    public Map<Integer, Long> byPartitionNumber() {
        Map<Integer, Long> numbered = new HashMap<>();
        offsets.forEach((partition, offset) -> numbered.put(partition.partition(), offset));
        return numbered;
    }

    /** The form that manifests have. */
    public Map<String, Long> named() {
        Map<String, Long> named = new TreeMap<>();
        offsets.forEach((partition, offset) -> named.put(partition.toString(), offset));
        return named;
    }

    private static TopicPartition partition(String name) {
        int dash = name.lastIndexOf('-');
        try {
            return new TopicPartition(name.substring(0, Math.max(dash, 0)), Integer.parseInt(name.substring(dash + 1)));
        } catch (NumberFormatException e) {
            throw new TrainerException(
                    "a snapshot names the partition '" + name + "'; expected topic-number as in teacher-targets-0", e);
        }
    }
}

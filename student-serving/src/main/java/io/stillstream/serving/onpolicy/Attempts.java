package io.stillstream.serving.onpolicy;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What committed offsets say of an attempt that never ended, because the process died of it: the records that were tried, which are
 * then tried one by one, and at last the one that it died of alone, which is passed over. So no prompt, whatever native code makes of
 * it, keeps a server from starting. For one thread.
 */
final class Attempts {

    /** With no more digits than each number of them has a place for. */
    private static final Pattern METADATA = Pattern.compile("(together|alone) to (\\d{1,18})");

    /** The end of what is tried one by one, by partition. */
    private final Map<TopicPartition, Long> suspects = new HashMap<>();

    /** The record that a process died of, by partition. */
    private final Map<TopicPartition, Long> poison = new HashMap<>();

    /** Takes in what was committed for a partition; null where nothing was. */
    void read(TopicPartition partition, @Nullable OffsetAndMetadata committed) {
        suspects.remove(partition);
        poison.remove(partition);
        Matcher found = METADATA.matcher(committed == null ? "" : committed.metadata());
        if (committed != null && found.matches()) {
            suspects.put(partition, Long.parseLong(found.group(2)));
            if (found.group(1).equals("alone")) {
                poison.put(partition, committed.offset());
            }
        }
    }

    /** Whether a record is one of those that a process died of, and has to be tried alone. */
    boolean isSuspect(TopicPartition partition, long offset) {
        return offset < suspects.getOrDefault(partition, 0L);
    }

    /** Whether a process died of this record alone. */
    boolean isPoison(TopicPartition partition, long offset) {
        return poison.getOrDefault(partition, -1L) == offset;
    }

    /**
     * What is committed before records are tried.
     *
     * @param from the first of them
     * @param to the one after the last
     */
    OffsetAndMetadata before(TopicPartition partition, long from, long to) {
        return isSuspect(partition, from)
                ? new OffsetAndMetadata(from, "alone to " + suspects.get(partition))
                : new OffsetAndMetadata(from, "together to " + to);
    }

    /** What is committed when they were tried. */
    OffsetAndMetadata after(TopicPartition partition, long to) {
        return isSuspect(partition, to)
                ? new OffsetAndMetadata(to, "together to " + suspects.get(partition))
                : new OffsetAndMetadata(to);
    }
}

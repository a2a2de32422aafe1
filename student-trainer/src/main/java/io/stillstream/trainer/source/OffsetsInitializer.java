package io.stillstream.trainer.source;

import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.offsets.Offsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** Decides where reading starts, and refuses where that would silently skip records. */
final class OffsetsInitializer {

    private OffsetsInitializer() {}

    /**
     * @param earliest for each partition of the topic the offset of the oldest record there is
     * @param latest for each partition the offset that its next record will get
     * @param growing whether the topic may have more partitions than were saved; new ones are read from their beginning
     * @param deleted what may be missing
     * @return the offset to go on at, for each partition of the topic: before the oldest record where what lies between may be missing
     * @throws TrainerException when what a saved offset points to is no longer there
     */
    static Map<TopicPartition, Long> choose(
            Offsets saved,
            Map<TopicPartition, Long> earliest,
            Map<TopicPartition, Long> latest,
            boolean growing,
            DeletedRecords deleted) {
        saved.offsets().keySet().forEach(partition -> {
            if (!earliest.containsKey(partition)) {
                throw new TrainerException("the snapshot was trained from " + partition + ", which does not exist; "
                        + "name the topic it was trained from, or start over in a new data directory");
            }
        });
        int known = saved.offsets().size();
        if (known > 0 && known < earliest.size() && !growing) {
            throw new TrainerException("the topic has " + earliest.size() + " partitions; it had " + known
                    + " when it was trained from, and records now go to other partitions than their predecessors; to go"
                    + " on, reading the new ones from their beginning, set trainer.accept-changes=partitions");
        }
        Map<TopicPartition, Long> starts = new HashMap<>();
        earliest.forEach((partition, first) -> {
            long end = latest.getOrDefault(partition, first);
            starts.put(
                    partition, start(partition, saved.offsets().getOrDefault(partition, first), first, end, deleted));
        });
        return starts;
    }

    private static long start(TopicPartition partition, long next, long first, long end, DeletedRecords deleted) {
        if (next < first && deleted.account(partition, next, first - 1).isEmpty()) {
            throw new TrainerException("records " + next + " to " + (first - 1) + " of " + partition
                    + " were deleted before they were trained on; lengthen the topic's retention; to go on without them, at "
                    + first + ", set trainer.accept-changes=deleted-records");
        }
        if (next > end) {
            throw new TrainerException("training continues at offset " + next + " of " + partition + ", which ends at "
                    + end
                    + ": the topic was recreated or lost records; to train without them, start over from a student (the last"
                    + " snapshot is one) in a new data directory");
        }
        return next;
    }
}

package io.stillstream.trainer.source;

import io.stillstream.trainer.offsets.DispositionRun;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/** Says whether training may go on without offsets that come next and that the topic no longer has. */
@FunctionalInterface
public interface DeletedRecords {

    /**
     * Asked once of each partition whose oldest record comes after the place to go on at.
     *
     * @param last the last offset that the topic no longer has
     * @return what becomes of the offsets from the first to the last; empty where training may not go on without them
     */
    Optional<List<DispositionRun>> account(TopicPartition partition, long first, long last);

    /** Training goes on without none. */
    static DeletedRecords refused() {
        return (partition, first, last) -> Optional.empty();
    }
}

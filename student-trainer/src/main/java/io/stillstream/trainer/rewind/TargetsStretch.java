package io.stillstream.trainer.rewind;

import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.offsets.OffsetRange;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What {@code teacher-targets} still holds, to be read again apart from training. */
public interface TargetsStretch {

    /** The offset of the oldest record of each of these partitions. */
    Map<Integer, Long> earliest(Collection<Integer> partitions);

    /** The offset that the next record of each partition gets; nothing where there is no topic. */
    Map<Integer, Long> latest();

    /**
     * Passes on every record of these stretches, one stretch after the other.
     *
     * @throws TrainerException when the brokers do not give them
     */
    void read(List<OffsetRange> stretches, Consumer<ConsumerRecord<byte[], byte[]>> records);
}

package io.stillstream.trainer.source;

import io.stillstream.contract.rejection.Rejection;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Where records go that cannot be trained on. */
public interface RejectedRecords {

    /** Has a record put away, with the reason. */
    void send(ConsumerRecord<byte[], byte[]> original, Rejection rejection);
}

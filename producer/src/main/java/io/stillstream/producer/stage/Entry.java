package io.stillstream.producer.stage;

import io.stillstream.contract.rejection.Rejection;
import io.stillstream.producer.source.Line;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A prompt or a dead letter on its way, kept until its transaction is complete.
 *
 * @param rejected why it is a dead letter; null for a prompt
 * @param heldOut whether it is a prompt that is kept from training
 * @param source where its line is from
 */
record Entry(
        ProducerRecord<byte[], byte[]> message,
        @Nullable Rejection rejected,
        boolean heldOut,
        String source,
        Line line,
        long sentNanos) {

    int bytes() {
        byte[] value = message.value();
        return (value == null ? 0 : value.length) + line.bytes().length;
    }

    /** Whether less of it could be sent: a dead letter instead of a prompt, or the beginning of a long line. */
    boolean reducible() {
        return rejected == null || line.truncate().bytes().length < line.bytes().length;
    }
}

package io.stillstream.trainer.source;

import io.stillstream.contract.rejection.DeadLetter;
import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.monitoring.stage.Stage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** A rejected record on its way to {@code dead-letters}: whole, or as much of it as the broker takes. */
final class Letter {

    private final ConsumerRecord<byte[], byte[]> original;
    private final Rejection rejection;
    private final byte @Nullable [] value;
    /** Without them key and headers of the original are left out. */
    private final boolean keyAndHeaders;

    private Letter(
            ConsumerRecord<byte[], byte[]> original,
            Rejection rejection,
            byte @Nullable [] value,
            boolean keyAndHeaders) {
        this.original = original;
        this.rejection = rejection;
        this.value = value;
        this.keyAndHeaders = keyAndHeaders;
    }

    static Letter of(ConsumerRecord<byte[], byte[]> original, Rejection rejection) {
        return new Letter(original, rejection, original.value(), true);
    }

    RejectionCode code() {
        return rejection.code();
    }

    TopicPartition partition() {
        return new TopicPartition(original.topic(), original.partition());
    }

    /** As the position after it is committed. */
    OffsetAndMetadata next() {
        return new OffsetAndMetadata(original.offset() + 1);
    }

    String coordinates() {
        return partition() + "@" + original.offset();
    }

    /** Bytes of key, value and headers of the original. */
    int originalBytes() {
        return length(original.value()) + keyAndHeaderBytes();
    }

    /** With less of the original: whichever is larger of its value and the rest is reduced; empty where nothing is left. */
    Optional<Letter> smaller() {
        int length = length(value);
        if (keyAndHeaders && keyAndHeaderBytes() >= length) {
            return Optional.of(new Letter(original, rejection, value, false));
        }
        if (value == null || length == 0) {
            return Optional.empty();
        }
        return Optional.of(
                new Letter(original, rejection, Arrays.copyOf(value, length - (length + 3) / 4), keyAndHeaders));
    }

    ProducerRecord<byte[], byte[]> to(String topic) {
        var letter = new DeadLetter(
                Stage.TRAINER.label(), rejection, original.topic(), original.partition(), original.offset());
        var copy = new ProducerRecord<>(topic, keyAndHeaders ? original.key() : null, value);
        Headers headers = copy.headers();
        if (keyAndHeaders) {
            original.headers().forEach(headers::add);
        }
        letter.headers().forEach((name, content) -> headers.remove(name).add(name, content));
        if (!keyAndHeaders || length(value) < length(original.value())) {
            headers.add(
                    DeadLetter.ORIGINAL_BYTES, Integer.toString(originalBytes()).getBytes(StandardCharsets.UTF_8));
        }
        return copy;
    }

    private int keyAndHeaderBytes() {
        int bytes = length(original.key());
        for (Header header : original.headers()) {
            bytes += header.key().length() + length(header.value());
        }
        return bytes;
    }

    private static int length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}

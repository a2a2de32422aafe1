package io.stillstream.trainer.source;

import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.source.EndOfSource;
import io.stillstream.contract.target.TeacherTargets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** A decoded record of {@code teacher-targets}, with where it lay and the bytes it was. */
public final class TargetsRecord {

    private final ConsumerRecord<byte[], byte[]> raw;
    private final TeacherTargets targets;

    private TargetsRecord(ConsumerRecord<byte[], byte[]> raw, TeacherTargets targets) {
        this.raw = raw;
        this.targets = targets;
    }

    /** @throws ContractException when the value is no teacher-targets record */
    public static TargetsRecord decode(ConsumerRecord<byte[], byte[]> raw) {
        byte @Nullable [] value = raw.value();
        if (value == null) {
            throw new ContractException("the record has no value");
        }
        return new TargetsRecord(raw, TeacherTargetsCodec.decode(value));
    }

    /** @throws ContractException when the value is no teacher-targets record */
    public static TargetsRecord decode(String topic, int partition, long offset, byte[] value) {
        return decode(new ConsumerRecord<>(topic, partition, offset, new byte[0], value));
    }

    /** Whether it is no such record, but the marker of a source's end. */
    public static boolean isEndOfSource(ConsumerRecord<byte[], byte[]> raw) {
        Header marker = raw.headers().lastHeader(EndOfSource.HEADER);
        return marker != null && EndOfSource.isMarkedBy(marker.value());
    }

    /** Whose record it is, without decoding the rest; empty where it is no record of ours. */
    public static Optional<String> tenant(ConsumerRecord<byte[], byte[]> raw) {
        byte @Nullable [] value = raw.value();
        try {
            return value == null || isEndOfSource(raw)
                    ? Optional.empty()
                    : Optional.of(TeacherTargetsCodec.tenant(value));
        } catch (ContractException e) {
            return Optional.empty();
        }
    }

    public TeacherTargets targets() {
        return targets;
    }

    public TopicPartition partition() {
        return new TopicPartition(raw.topic(), raw.partition());
    }

    public long offset() {
        return raw.offset();
    }

    /** As it lay in the topic, key included. */
    public ConsumerRecord<byte[], byte[]> raw() {
        return raw;
    }

    /** For messages: {@code teacher-targets-0@17}. */
    public String coordinates() {
        return partition() + "@" + offset();
    }
}

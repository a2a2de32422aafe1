package io.stillstream.serving.onpolicy;

import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.monitoring.broker.RecordTooLarge;
import io.stillstream.monitoring.serving.OnPolicyMeters;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Writes answers and the place in the prompts that they are answers to, both or neither. For one thread. */
final class LaneTransaction {

    private final Producer<byte[], byte[]> producer;
    private final String topic;
    private final OnPolicyMeters meters;

    LaneTransaction(Producer<byte[], byte[]> producer, String topic, OnPolicyMeters meters) {
        this.producer = producer;
        this.topic = topic;
        this.meters = meters;
    }

    /**
     * Writes all but those that brokers find too large, the largest of which are left out.
     *
     * @throws KafkaException when nothing was written
     */
    void write(List<Prompt> answered, Map<TopicPartition, OffsetAndMetadata> done, ConsumerGroupMetadata group) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (Prompt prompt : answered) {
            byte[] key = prompt.conversationId().getBytes(StandardCharsets.UTF_8);
            records.add(new ProducerRecord<>(topic, key, PromptCodec.encode(prompt)));
        }
        while (!isWritten(records, done, group)) {
            records.stream()
                    .max(Comparator.comparingInt(record -> record.value().length))
                    .ifPresent(records::remove);
            meters.recordPassedOver();
        }
        meters.recordAnswered(records.size());
    }

    /** False where one was too large. */
    private boolean isWritten(
            List<ProducerRecord<byte[], byte[]>> records,
            Map<TopicPartition, OffsetAndMetadata> done,
            ConsumerGroupMetadata group) {
        producer.beginTransaction();
        try {
            for (ProducerRecord<byte[], byte[]> record : records) {
                var unused = producer.send(record);
            }
            producer.sendOffsetsToTransaction(done, group);
            producer.commitTransaction();
            return true;
        } catch (KafkaException e) {
            if (records.isEmpty() || RecordTooLarge.in(e).isEmpty()) {
                throw e;
            }
            producer.abortTransaction();
            return false;
        }
    }
}

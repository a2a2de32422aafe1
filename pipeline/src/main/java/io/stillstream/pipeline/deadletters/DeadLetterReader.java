package io.stillstream.pipeline.deadletters;

import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.TopicReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;

/** Finds dead letters on their topic. For one thread. */
public final class DeadLetterReader implements AutoCloseable {

    private final TopicReader reader;
    private final String topic;

    /**
     * @param kafka client properties, {@code bootstrap.servers} among them
     * @param topic of the dead letters
     */
    public DeadLetterReader(Map<String, Object> kafka, String topic) {
        this.reader = new TopicReader(kafka);
        this.topic = topic;
    }

    /** Hands over the letters that the filter takes, oldest first within a partition. */
    public void forEach(DeadLetterFilter filter, Consumer<StoredDeadLetter> letters) {
        reader.read(topic, filter.since(), record -> {
            StoredDeadLetter letter = StoredDeadLetter.of(record);
            if (filter.takes(letter)) {
                letters.accept(letter);
            }
        });
    }

    /** @throws PipelineException when there is no such letter */
    public StoredDeadLetter get(DeadLetterId id) {
        List<StoredDeadLetter> found = new ArrayList<>();
        TopicPartition partition = new TopicPartition(topic, id.partition());
        if (reader.partitions(topic).contains(partition)) {
            reader.readOne(partition, id.offset(), record -> found.add(StoredDeadLetter.of(record)));
        }
        return Optional.of(found)
                .filter(letters -> !letters.isEmpty())
                .map(letters -> letters.get(0))
                .orElseThrow(() -> new PipelineException("there is no dead letter " + id + " on " + topic
                        + "; 'stillstream dead-letters' lists those there are"));
    }

    @Override
    public void close() {
        reader.close();
    }
}

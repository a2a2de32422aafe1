package io.stillstream.trainer.stream;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.SnapshotManifestCodec;
import io.stillstream.trainer.TrainerException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** Tells {@code student-snapshots} of a snapshot; telling it twice leaves one record once the topic is compacted. */
public final class SnapshotAnnouncer {

    private final Producer<byte[], byte[]> producer;
    private final String topic;
    private final Duration patience;

    public SnapshotAnnouncer(Producer<byte[], byte[]> producer, String topic, Duration patience) {
        this.producer = producer;
        this.topic = topic;
        this.patience = patience;
    }

    /**
     * Returns once the brokers have the record.
     *
     * @throws TrainerException when they have not taken it in time
     */
    public void announce(SnapshotManifest manifest) {
        var announcement = new ProducerRecord<>(
                topic, manifest.id().getBytes(StandardCharsets.UTF_8), SnapshotManifestCodec.encode(manifest));
        try {
            producer.send(announcement).get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(manifest, e);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            throw failure(manifest, e);
        }
    }

    private TrainerException failure(SnapshotManifest manifest, Exception cause) {
        return new TrainerException(
                "snapshot " + manifest.id() + " is written, but " + topic + " did not take its record; it is announced"
                        + " when training starts again",
                cause);
    }
}

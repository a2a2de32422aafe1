package io.stillstream.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.SnapshotManifest.Writer;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.trainer.FencedException;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.loop.Samples;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

final class SnapshotTopicTest {

    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final SnapshotTopic topic = new SnapshotTopic(producer, "student-snapshots");

    @Test
    void publish_manifest_isThereOnceItIsCommitted() {
        topic.begin();
        topic.publish(manifest("one"));
        assertThat(producer.history()).hasSize(1);
        assertThat(SnapshotManifestCodec.decode(producer.history().get(0).value()))
                .isEqualTo(manifest("one"));
    }

    @Test
    void publish_anotherTrainerHasTheId_isFenced() {
        topic.begin();
        producer.fenceProducer();
        assertThatThrownBy(() -> topic.publish(manifest("one")))
                .isInstanceOf(FencedException.class)
                .hasMessageContaining("snapshot one is not published on student-snapshots: another trainer");
        assertThat(producer.history()).isEmpty();
    }

    @Test
    void publish_commitTimesOut_isFinishedBeforeTheNext() {
        topic.begin();
        producer.commitTransactionException = new TimeoutException("no broker");
        assertThatThrownBy(() -> topic.publish(manifest("one")))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("student-snapshots did not take its record (no broker)");
        producer.commitTransactionException = null;
        topic.publish(manifest("two"));
        assertThat(producer.history())
                .extracting(
                        record -> SnapshotManifestCodec.decode(record.value()).id())
                .containsExactly("one", "two");
    }

    @Test
    void publish_sendingFails_isAbortedBeforeTheNext() {
        topic.begin();
        producer.commitTransactionException = new KafkaException("record too large");
        assertThatThrownBy(() -> topic.publish(manifest("one"))).isInstanceOf(TrainerException.class);
        producer.commitTransactionException = null;
        topic.publish(manifest("two"));
        assertThat(producer.history())
                .extracting(
                        record -> SnapshotManifestCodec.decode(record.value()).id())
                .containsExactly("two");
    }

    private static SnapshotManifest manifest(String id) {
        return new SnapshotManifest(
                id,
                1,
                Map.of(),
                Map.of(),
                Samples.TEACHER,
                "tokenizer",
                "",
                Map.of(),
                Map.of(),
                Instant.parse("2026-01-01T00:00:00Z"),
                Instant.EPOCH,
                new Writer(0, 0, ""));
    }
}

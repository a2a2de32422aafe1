package io.stillstream.scorer.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.scorer.ScorerConfig;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StreamsPropertiesTest {

    @Test
    void of_defaults_areExactlyOnceWithRoomForThreeBatches() {
        Map<String, Object> properties =
                StreamsProperties.of(ScorerConfig.defaults(), 1, "name", "broker:9092", Map.of());
        assertThat(properties)
                .containsEntry("application.id", "teacher-scorer")
                .containsEntry("bootstrap.servers", "broker:9092")
                .containsEntry("processing.guarantee", "exactly_once_v2")
                .containsEntry("producer.transaction.timeout.ms", 60_000)
                .containsEntry("commit.interval.ms", 1_000)
                .containsEntry("consumer.max.poll.interval.ms", 300_000)
                .containsEntry("main.consumer.group.instance.id", "name")
                .containsEntry("main.consumer.session.timeout.ms", 45_000)
                .containsEntry("main.consumer.heartbeat.interval.ms", 3_000)
                .containsEntry("producer.max.request.size", 1 << 20)
                .containsEntry("producer.compression.type", "zstd")
                .containsEntry("producer.batch.size", 512 * 1024);
        assertThat(new StreamsConfig(properties).getString("processing.guarantee"))
                .isEqualTo("exactly_once_v2");
    }

    /** Where every record is as large as may be, what is fetched, polled and queued fits its share of the memory. */
    @ParameterizedTest
    @CsvSource({"1, 1", "1, 4", "3, 12", "8, 100"})
    void of_largestRecords_takeNoMoreThanTheirShares(int threads, int partitions) {
        ScorerConfig config = ScorerConfig.defaults().withStreamThreads(threads);
        Map<String, Object> properties = StreamsProperties.of(config, partitions, "name", "broker:9092", Map.of());
        int share = config.bufferShare() / config.maxRecordBytes();
        assertThat(threads * (int) properties.get("consumer.max.poll.records")).isBetween(1, Math.max(threads, share));
        assertThat(partitions * (int) properties.get("buffered.records.per.partition"))
                .isBetween(1, Math.max(partitions, share));
        assertThat((int) properties.get("consumer.fetch.max.bytes"))
                .isBetween(config.maxRecordBytes(), Math.max(config.maxRecordBytes(), config.bufferShare() / threads));
    }

    @Test
    void of_usersProperties_winOverDefaultsAndLoseToTheGuarantee() {
        Map<String, Object> kafka = Map.of(
                "producer.compression.type", "lz4",
                "producer.batch.size", "65536",
                "security.protocol", "SASL_SSL",
                "processing.guarantee", "at_least_once");
        assertThat(StreamsProperties.of(ScorerConfig.defaults(), 1, "name", "broker:9092", kafka))
                .containsEntry("producer.compression.type", "lz4")
                .containsEntry("producer.batch.size", "65536")
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("processing.guarantee", "exactly_once_v2");
    }

    @ParameterizedTest
    @CsvSource({"20, 1, 60", "20, 3, 60", "20, 12, 240", "300, 3, 900", "300, 12, 900"})
    void transactionTimeout_coversATurnOfAllPartitionsUpToTheBrokersLimit(int worst, int partitions, int expected) {
        assertThat(StreamsProperties.transactionTimeout(Duration.ofSeconds(worst), partitions))
                .isEqualTo(Duration.ofSeconds(expected));
    }
}

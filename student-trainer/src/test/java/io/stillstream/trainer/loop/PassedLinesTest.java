package io.stillstream.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.ledger.Ledger;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.offsets.Offsets;
import io.stillstream.trainer.offsets.PassedOver;
import io.stillstream.trainer.source.DeletedRecords;
import io.stillstream.trainer.source.MergedTopicReader;
import io.stillstream.trainer.source.StreamCursor;
import io.stillstream.trainer.storage.DataDirectory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PassedLinesTest {

    @TempDir
    private Path root;

    private final AtomicLong nanos = new AtomicLong();
    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");
    private final StreamCursor cursor =
            new StreamCursor(Samples.TOPIC, Offsets.of(Map.of(TrainerFixture.ZERO, 0L)), Map.of(), Map.of());

    @Test
    void idle_markerBehindTheLastStep_isNotedOnceItIsQuietAndOnce() {
        try (DataDirectory data = DataDirectory.open(root);
                Ledger ledger = Ledger.open(data)) {
            var lines = lines(ledger);
            consumer.seek(TrainerFixture.ZERO, 1);
            wait(lines, Duration.ofSeconds(4));
            assertThat(noted()).isEmpty();
            lines.read();
            wait(lines, Duration.ofSeconds(4));
            assertThat(noted()).isEmpty();
            wait(lines, Duration.ofSeconds(2));
            assertThat(noted()).containsExactly("[n0:0-0]");
            wait(lines, Duration.ofHours(1));
            assertThat(noted()).hasSize(1);
            consumer.seek(TrainerFixture.ZERO, 3);
            wait(lines, Duration.ofSeconds(30));
            assertThat(noted()).hasSize(1);
            wait(lines, Duration.ofSeconds(31));
            assertThat(noted()).containsExactly("[n0:0-0]", "[n0:0-2]");
        }
    }

    /** They would be lost with the offsets that a line accounts for. */
    @Test
    void note_whileARecordWaitsForItsStep_isNothing() {
        try (DataDirectory data = DataDirectory.open(root);
                Ledger ledger = Ledger.open(data)) {
            var lines = lines(ledger);
            var reader = reader();
            consumer.addRecord(Samples.raw(0, Samples.targets("ab", "cd")));
            cursor.add(
                    reader.next(Duration.ZERO)
                            .or(() -> reader.next(Duration.ZERO))
                            .orElseThrow(),
                    Disposition.TRAINED);
            consumer.seek(TrainerFixture.ZERO, 2);
            lines.note();
            assertThat(noted()).isEmpty();
        }
    }

    private void wait(PassedLines lines, Duration time) {
        nanos.addAndGet(time.toNanos());
        lines.idle();
    }

    private PassedLines lines(Ledger ledger) {
        return new PassedLines(Samples.TOPIC, reader(), cursor, ledger, nanos::get);
    }

    private MergedTopicReader reader() {
        consumer.updatePartitions(Samples.TOPIC, List.of(new PartitionInfo(Samples.TOPIC, 0, null, null, null)));
        consumer.updateBeginningOffsets(Map.of(TrainerFixture.ZERO, 0L));
        consumer.updateEndOffsets(Map.of(TrainerFixture.ZERO, 9L));
        var reader = new MergedTopicReader(
                consumer, Samples.TOPIC, "broker:9092", Duration.ZERO, TrainerConfig.Reading.defaults(), nanos::get);
        var start = new MergedTopicReader.Start(
                Offsets.beginning(), Map.of(), false, PassedOver.nothing(), DeletedRecords.refused());
        assertThat(reader.open(start, Duration.ofSeconds(10), () -> false)).isPresent();
        return reader;
    }

    private List<String> noted() {
        return LedgerAudit.of(root).lines().stream()
                .filter(line -> line.entry() instanceof LedgerEntry.Passed)
                .map(line -> ((LedgerEntry.Passed) line.entry()).runs().toString())
                .toList();
    }
}

package io.stillstream.trainer.rewind;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.SnapshotManifest.Writer;
import io.stillstream.contract.rewind.Quarantine;
import io.stillstream.trainer.ledger.Ledger;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.ledger.LedgerPosition;
import io.stillstream.trainer.ledger.LiveSteps;
import io.stillstream.trainer.loop.Samples;
import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.offsets.OffsetRange;
import io.stillstream.trainer.storage.DataDirectory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class QuarantineSearchTest {

    @TempDir
    private Path root;

    /** However many of the given ranges hold it. */
    @Test
    void find_rangesThatOverlap_countsEachRecordOnce() {
        var found = new QuarantineSearch(ledger(), topic())
                .find(Quarantine.parse("0:10-16,0:12-18"), checkpoint(), Map.of(0, 30L));
        assertThat(found.records()).isEqualTo(2 + 2 + 3);
        assertThat(found.steps()).isEqualTo(3);
        assertThat(found.abandoned()).isEqualTo(4);
    }

    /** Every third record is the tenant's: a range for each. */
    @Test
    void find_tenantAmongOthers_countsWhatWasTrainedOn() {
        var found = new QuarantineSearch(ledger(), topic())
                .find(new Quarantine.Tenant("bad"), checkpoint(), Map.of(0, 30L));
        assertThat(found.read())
                .containsExactly(
                        new OffsetRange(0, 12, 12),
                        new OffsetRange(0, 15, 15),
                        new OffsetRange(0, 18, 18),
                        new OffsetRange(0, 21, 21));
        assertThat(found.records()).isEqualTo(2);
        assertThat(found.steps()).isEqualTo(2);
    }

    /** Trained on after the checkpoint: 10, 11, 13, 14, 16 to 18, 20 to 22. */
    private LiveSteps ledger() {
        try (DataDirectory data = DataDirectory.open(root);
                Ledger ledger = Ledger.open(data)) {
            ledger.append(step(1, "t0:10-11", "h0:12-12"));
            ledger.append(step(2, "t0:13-14", "n0:15-15"));
            ledger.append(step(3, "t0:16-18", "r0:19-19"));
            ledger.append(step(4, "t0:20-22"));
        }
        return LiveSteps.of(root);
    }

    private static LedgerEntry.Stepped step(long step, String... runs) {
        return new LedgerEntry.Stepped(
                step,
                Samples.TOPIC,
                Arrays.stream(runs).map(DispositionRun::parse).toList());
    }

    private static SnapshotManifest checkpoint() {
        return new SnapshotManifest(
                "checkpoint",
                0,
                Map.of(),
                Map.of(Samples.TOPIC + "-0", 10L),
                Samples.TEACHER,
                "tokenizer",
                "",
                Map.of(),
                Map.of(),
                Instant.EPOCH,
                Instant.EPOCH,
                new Writer(0, 0, LedgerPosition.BEGINNING.checksum()));
    }

    private static TargetsStretch topic() {
        return new TargetsStretch() {

            @Override
            public Map<Integer, Long> earliest(Collection<Integer> partitions) {
                return Map.of(0, 0L);
            }

            @Override
            public Map<Integer, Long> latest() {
                return Map.of(0, 30L);
            }

            @Override
            public void read(List<OffsetRange> stretches, Consumer<ConsumerRecord<byte[], byte[]>> records) {
                stretches.forEach(stretch -> LongStream.rangeClosed(stretch.first(), stretch.last())
                        .mapToObj(offset -> Samples.raw(
                                offset,
                                Samples.ofTenant(Samples.targets("ab", "cd"), offset % 3 == 0 ? "bad" : "good")))
                        .forEach(records));
            }
        };
    }
}

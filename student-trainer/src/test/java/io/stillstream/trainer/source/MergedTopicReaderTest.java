package io.stillstream.trainer.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.source.EndOfSource;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.loop.Samples;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.offsets.OffsetRange;
import io.stillstream.trainer.offsets.Offsets;
import io.stillstream.trainer.offsets.PassedOver;
import io.stillstream.trainer.offsets.TenantStretch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MergedTopicReaderTest {

    private static final TopicPartition ZERO = new TopicPartition(Samples.TOPIC, 0);
    private static final TopicPartition ONE = new TopicPartition(Samples.TOPIC, 1);
    private static final Duration PATIENCE = Duration.ofSeconds(1000);
    private static final Duration POLL = Duration.ofMillis(1);
    private static final Duration WAIT = Duration.ofSeconds(2);
    private static final int LARGE = 200_000;

    private TrainerConfig.Reading reading = TrainerConfig.Reading.defaults();
    private final AtomicLong clock = new AtomicLong();
    private MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");

    @Test
    void next_severalPartitions_comeByTimestampThenPartition() {
        MergedTopicReader reader = open(Map.of(ZERO, 3L, ONE, 2L));
        add(0, 0, 10);
        add(0, 1, 30);
        add(0, 2, 40);
        add(1, 0, 10);
        add(1, 1, 20);
        assertThat(read(reader)).containsExactly("0@0", "1@0", "1@1");
        clock.addAndGet(WAIT.toNanos());
        assertThat(read(reader)).containsExactly("0@1", "0@2");
    }

    @Test
    void next_timestampsGoBack_keepThePartitionsOrder() {
        MergedTopicReader reader = open(Map.of(ZERO, 3L, ONE, 1L));
        add(0, 0, 50);
        add(0, 1, 5);
        add(1, 0, 40);
        assertThat(read(reader)).containsExactly("1@0");
        add(0, 2, 6);
        assertThat(read(reader)).isEmpty();
        clock.addAndGet(WAIT.toNanos());
        assertThat(read(reader)).containsExactly("0@0", "0@1", "0@2");
    }

    /** One wrong clock delays its partition by the lead, and not until the others have come there too. */
    @Test
    void next_timestampFarAhead_isBelievedAsFarAsTheLead() {
        reading = new TrainerConfig.Reading(256, Duration.ofMillis(100));
        MergedTopicReader reader = open(Map.of(ZERO, 4L, ONE, 6L));
        add(0, 0, 10);
        add(0, 1, Long.MAX_VALUE);
        add(0, 2, 20);
        add(0, 3, Long.MIN_VALUE);
        for (int offset = 0; offset < 6; offset++) {
            add(1, offset, 10 + 40L * offset);
        }
        List<String> order = readAll(reader);
        assertThat(order).containsExactly("0@0", "1@0", "1@1", "1@2", "0@1", "0@2", "0@3", "1@3", "1@4", "1@5");
        // Whoever begins again between them sees the same.
        consumer = new MockConsumer<>("none");
        reader = open(Map.of(ZERO, 4L, ONE, 6L), Map.of(ZERO, 10L, ONE, 50L), PassedOver.nothing());
        reader.pass(ZERO, 0);
        reader.pass(ONE, 1);
        add(0, 1, Long.MAX_VALUE);
        add(0, 2, 20);
        add(0, 3, Long.MIN_VALUE);
        for (int offset = 2; offset < 6; offset++) {
            add(1, offset, 10 + 40L * offset);
        }
        assertThat(readAll(reader)).isEqualTo(order.subList(3, order.size()));
    }

    /** A record's worth beyond the bound is there at most, and the order is what it is without one. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void next_moreThanMayWait_isFetchedLaterInTheSameOrder(long seed) {
        List<ConsumerRecord<byte[], byte[]>> zero = large(0, 40, new Random(11));
        List<ConsumerRecord<byte[], byte[]>> one = large(1, 25, new Random(12));
        List<String> expected = merged(zero, one, new Random(0));
        reading = new TrainerConfig.Reading(1, Duration.ofMinutes(10));
        consumer = new MockConsumer<>("none");
        MergedTopicReader reader = open(Map.of(ZERO, 40L, ONE, 25L));
        var arrival = new Random(seed);
        int[] sent = {0, 0};
        List<String> order = new ArrayList<>();
        long most = 0;
        while (sent[0] < 40 || sent[1] < 25) {
            int partition = arrival.nextInt(2);
            TopicPartition from = partition == 0 ? ZERO : ONE;
            List<ConsumerRecord<byte[], byte[]>> all = partition == 0 ? zero : one;
            if (sent[partition] < all.size() && !consumer.paused().contains(from)) {
                consumer.addRecord(all.get(sent[partition]++));
            }
            clock.addAndGet(WAIT.toNanos());
            reader.next(POLL)
                    .ifPresent(record -> order.add(
                            record.raw().partition() + "@" + record.raw().offset()));
            most = Math.max(most, reader.queuedBytes());
        }
        order.addAll(readAll(reader));
        assertThat(order).isEqualTo(expected);
        assertThat(most).isBetween((long) LARGE, 2L << 20);
    }

    @Test
    void next_timestampsBeforeTheBeginning_countOn() {
        MergedTopicReader reader = open(Map.of(ZERO, 1L, ONE, 1L), Map.of(ZERO, 50L), PassedOver.nothing());
        add(0, 0, 5);
        add(1, 0, 40);
        assertThat(read(reader)).containsExactly("1@0");
    }

    @Test
    void next_partitionNotReadToItsEnd_isWaitedForHoweverLongItTakes() {
        MergedTopicReader reader = open(Map.of(ZERO, 1L, ONE, 7L));
        add(0, 0, 10);
        assertThat(read(reader)).isEmpty();
        clock.addAndGet(1000 * WAIT.toNanos());
        assertThat(read(reader)).isEmpty();
        for (int offset = 0; offset < 7; offset++) {
            add(1, offset, 1);
        }
        assertThat(read(reader)).hasSize(8).endsWith("1@6", "0@0");
    }

    @Test
    void next_partitionAtItsEnd_isWaitedForSoLongAndThenNot() {
        MergedTopicReader reader = open(Map.of(ZERO, 1L, ONE, 0L));
        add(0, 0, 10);
        assertThat(read(reader)).isEmpty();
        clock.addAndGet(WAIT.toNanos() - 1);
        assertThat(read(reader)).isEmpty();
        clock.incrementAndGet();
        assertThat(read(reader)).containsExactly("0@0");
    }

    /** Records come in lots of any size and order of partitions: what is handed out does not depend on it. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void next_anyOrderOfArrival_isTheSameOrder(long seed) {
        List<ConsumerRecord<byte[], byte[]>> zero = records(0, 40, new Random(11));
        List<ConsumerRecord<byte[], byte[]>> one = records(1, 25, new Random(12));
        List<String> expected = merged(zero, one, new Random(0));
        assertThat(expected).hasSize(65).doesNotHaveDuplicates();
        consumer = new MockConsumer<>("none");
        assertThat(merged(zero, one, new Random(seed))).isEqualTo(expected);
    }

    @Test
    void next_quarantinedOffsets_arePassedOver() {
        MergedTopicReader reader =
                open(Map.of(ZERO, 4L), Map.of(), PassedOver.ofRanges(List.of(new OffsetRange(0, 1, 2))));
        for (int offset = 0; offset < 4; offset++) {
            add(0, offset, offset);
        }
        assertThat(read(reader)).containsExactly("0@0", "0@3");
    }

    /** By whose it is, between two places, and as if it had not been there: its timestamp moves nothing. */
    @Test
    void next_recordsOfAQuarantinedTenant_arePassedOverWithinTheirStretch() {
        var stretch = new TenantStretch("bad", Map.of(0, 1L), Map.of(0, 5L));
        MergedTopicReader reader = open(Map.of(ZERO, 7L), Map.of(), new PassedOver(List.of(), List.of(stretch)));
        List<String> tenants = List.of("bad", "good", "bad", "bad", "good", "bad", "good");
        for (int offset = 0; offset < tenants.size(); offset++) {
            addOf(tenants.get(offset), offset, tenants.get(offset).equals("bad") ? 1000 + offset : offset);
        }
        List<MergedRecord> read = new ArrayList<>();
        for (Optional<MergedRecord> next = reader.next(POLL); next.isPresent(); next = reader.next(POLL)) {
            read.add(next.get());
        }
        assertThat(read).extracting(record -> record.raw().offset()).containsExactly(0L, 1L, 4L, 5L, 6L);
        assertThat(read.get(2).skipped()).isEqualTo(new OffsetRange(0, 2, 3));
        assertThat(read.get(3).skipped()).isNull();
        assertThat(read.get(2).timestamp()).isEqualTo(1000);
    }

    private void addOf(String tenant, long offset, long timestamp) {
        byte[] value = TeacherTargetsCodec.encode(Samples.ofTenant(Samples.targets("a", " b"), tenant));
        consumer.addRecord(new ConsumerRecord<>(
                Samples.TOPIC,
                0,
                offset,
                timestamp,
                TimestampType.CREATE_TIME,
                0,
                0,
                null,
                value,
                new RecordHeaders(),
                Optional.empty()));
    }

    /** A step that waits for the end of its source would never be taken. */
    @Test
    void next_endOfSourceInQuarantine_isHandedOut() {
        MergedTopicReader reader =
                open(Map.of(ZERO, 3L), Map.of(), PassedOver.ofRanges(List.of(new OffsetRange(0, 0, 2))));
        add(0, 0, 0);
        var headers = new RecordHeaders();
        EndOfSource.headers().forEach(headers::add);
        consumer.addRecord(new ConsumerRecord<>(
                Samples.TOPIC, 0, 1, 1, TimestampType.CREATE_TIME, 0, 0, null, new byte[0], headers, Optional.empty()));
        add(0, 2, 2);
        assertThat(read(reader)).containsExactly("0@1");
    }

    @Test
    void isPastEnd_recordsThatCameLater_areNotWaitedFor() {
        MergedTopicReader reader = open(Map.of(ZERO, 2L));
        assertThat(reader.isPastEnd()).isFalse();
        consumer.updateEndOffsets(Map.of(ZERO, 3L));
        for (int offset = 0; offset < 3; offset++) {
            add(0, offset, offset);
        }
        assertThat(reader.next(POLL)).isPresent();
        assertThat(reader.isPastEnd()).isFalse();
        assertThat(reader.next(POLL)).isPresent();
        assertThat(reader.isPastEnd()).isTrue();
    }

    @Test
    void next_endsAreKnown_waitsForNoClockAndForEveryRecordBeforeThem() {
        MergedTopicReader reader = open(Map.of(ZERO, 1L, ONE, 2L));
        assertThat(reader.isPastEnd()).isFalse();
        add(0, 0, 20);
        clock.addAndGet(1000 * WAIT.toNanos());
        assertThat(read(reader)).isEmpty();
        add(1, 0, 10);
        add(1, 1, 30);
        assertThat(read(reader)).containsExactly("1@0", "0@0", "1@1");
        assertThat(reader.isPastEnd()).isTrue();
    }

    @Test
    void take_offsetsOutOfTheirTurn_areHandedOut() {
        MergedTopicReader reader = open(Map.of(ZERO, 2L, ONE, 2L));
        add(0, 0, 90);
        add(1, 0, 10);
        add(1, 1, 20);
        assertThat(reader.take(ZERO, 0, POLL).orElseThrow().raw().offset()).isZero();
        assertThat(reader.take(ZERO, 1, POLL)).isEmpty();
        reader.pass(ONE, 0);
        assertThat(reader.take(ONE, 1, POLL).orElseThrow().from()).isOne();
    }

    @Test
    void take_recordThatIsGone_saysSo() {
        MergedTopicReader reader = open(Map.of(ZERO, 9L));
        add(0, 4, 1);
        assertThatThrownBy(() -> reader.take(ZERO, 2, POLL))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("teacher-targets-0@2")
                .hasMessageContaining("the next one there is 4");
    }

    @Test
    void open_savedPosition_goesOnThere() {
        topic(2, Map.of(ZERO, 9L));
        assertThat(reader().open(start(Offsets.of(Map.of(ZERO, 7L))), PATIENCE, () -> false))
                .isPresent();
        assertThat(consumer.position(ZERO)).isEqualTo(7);
    }

    @Test
    void open_savedPositionDeleted_isRefused() {
        topic(8, Map.of(ZERO, 9L));
        assertThatThrownBy(() -> reader().open(start(Offsets.of(Map.of(ZERO, 7L))), PATIENCE, () -> false))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("records 7 to 7");
    }

    @Test
    void open_topicMissing_saysSoInTime() {
        assertThatThrownBy(() -> reader().open(start(Offsets.beginning()), Duration.ofMillis(50), () -> false))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("there is no topic teacher-targets");
    }

    @Test
    void open_stoppedWhileWaiting_returns() {
        assertThat(reader().open(start(Offsets.beginning()), PATIENCE, () -> true))
                .isEmpty();
    }

    @Test
    void next_topicDeletedMeanwhile_saysSo() {
        MergedTopicReader reader = open(Map.of(ZERO, 1L));
        consumer.updatePartitions(Samples.TOPIC, List.of());
        clock.addAndGet(PATIENCE.toNanos() + 1);
        assertThatThrownBy(() -> reader.next(POLL))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("the topic teacher-targets is gone from broker:9092");
    }

    private List<String> merged(
            List<ConsumerRecord<byte[], byte[]>> zero, List<ConsumerRecord<byte[], byte[]>> one, Random arrival) {
        MergedTopicReader reader = open(Map.of(ZERO, (long) zero.size(), ONE, (long) one.size()));
        List<String> order = new ArrayList<>();
        int[] sent = {0, 0};
        while (sent[0] < zero.size() || sent[1] < one.size()) {
            List<ConsumerRecord<byte[], byte[]>> from = arrival.nextBoolean() ? zero : one;
            int partition = from == zero ? 0 : 1;
            for (int lot = arrival.nextInt(9); lot > 0 && sent[partition] < from.size(); lot--) {
                consumer.addRecord(from.get(sent[partition]++));
            }
            order.addAll(read(reader));
        }
        clock.addAndGet(WAIT.toNanos());
        order.addAll(read(reader));
        return order;
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(int partition, int count, Random random) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        long timestamp = 100;
        for (int offset = 0; offset < count; offset++) {
            timestamp += random.nextInt(12) - 2;
            records.add(record(partition, offset, timestamp));
        }
        return records;
    }

    private static List<ConsumerRecord<byte[], byte[]>> large(int partition, int count, Random random) {
        return records(partition, count, random).stream()
                .map(record -> new ConsumerRecord<>(
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        record.timestamp(),
                        TimestampType.CREATE_TIME,
                        0,
                        0,
                        record.key(),
                        new byte[LARGE],
                        new RecordHeaders(),
                        Optional.empty()))
                .toList();
    }

    private MergedTopicReader reader() {
        return new MergedTopicReader(consumer, Samples.TOPIC, "broker:9092", WAIT, reading, clock::get);
    }

    private MergedTopicReader open(Map<TopicPartition, Long> ends) {
        return open(ends, Map.of(), PassedOver.nothing());
    }

    private MergedTopicReader open(
            Map<TopicPartition, Long> ends, Map<TopicPartition, Long> timestamps, PassedOver quarantine) {
        topic(0, ends);
        MergedTopicReader reader = reader();
        var start = new MergedTopicReader.Start(
                Offsets.beginning(), timestamps, false, quarantine, DeletedRecords.refused());
        assertThat(reader.open(start, PATIENCE, () -> false)).isPresent();
        return reader;
    }

    private static MergedTopicReader.Start start(Offsets saved) {
        return new MergedTopicReader.Start(saved, Map.of(), false, PassedOver.nothing(), DeletedRecords.refused());
    }

    private void topic(long earliest, Map<TopicPartition, Long> ends) {
        consumer.updatePartitions(
                Samples.TOPIC,
                ends.keySet().stream()
                        .map(partition -> new PartitionInfo(Samples.TOPIC, partition.partition(), null, null, null))
                        .toList());
        Map<TopicPartition, Long> beginnings = new HashMap<>();
        ends.keySet().forEach(partition -> beginnings.put(partition, earliest));
        consumer.updateBeginningOffsets(beginnings);
        consumer.updateEndOffsets(ends);
    }

    private void add(int partition, long offset, long timestamp) {
        consumer.addRecord(record(partition, offset, timestamp));
    }

    private static ConsumerRecord<byte[], byte[]> record(int partition, long offset, long timestamp) {
        return new ConsumerRecord<>(
                Samples.TOPIC,
                partition,
                offset,
                timestamp,
                TimestampType.CREATE_TIME,
                0,
                0,
                Samples.utf8("key"),
                Samples.utf8("value"),
                new RecordHeaders(),
                Optional.empty());
    }

    @Test
    void passed_behindTheLastRecord_isWhatHoldsNoRecordAndWhatIsQuarantined() {
        PassedOver quarantine = PassedOver.ofRanges(List.of(new OffsetRange(0, 2, 3)));
        MergedTopicReader reader = open(Map.of(ZERO, 6L), Map.of(), quarantine);
        add(0, 0, 10);
        add(0, 2, 20);
        add(0, 3, 30);
        assertThat(readAll(reader)).containsExactly("0@0");
        // As after the marker of a transaction.
        consumer.seek(ZERO, 5);
        assertThat(reader.passed()).extracting(DispositionRun::toString).containsExactly("n0:1-1", "s0:2-3", "n0:4-4");
    }

    @Test
    void passed_whileARecordWaits_isNothing() {
        MergedTopicReader reader = open(Map.of(ZERO, 2L, ONE, 1L));
        add(0, 1, 10);
        assertThat(read(reader)).isEmpty();
        assertThat(reader.passed()).isEmpty();
    }

    @Test
    void open_deletedRecordsAccountedFor_readsFromTheOldestAndGoesOnAsSaved() {
        topic(5, Map.of(ZERO, 7L));
        MergedTopicReader reader = reader();
        DeletedRecords known = (partition, first, last) ->
                Optional.of(List.of(new DispositionRun(Disposition.NO_RECORD, partition.partition(), first, last)));
        var start =
                new MergedTopicReader.Start(Offsets.of(Map.of(ZERO, 3L)), Map.of(), false, PassedOver.nothing(), known);
        assertThat(reader.open(start, PATIENCE, () -> false))
                .hasValueSatisfying(offsets -> assertThat(offsets.offsets()).isEqualTo(Map.of(ZERO, 3L)));
        add(0, 5, 10);
        MergedRecord first = reader.next(POLL).or(() -> reader.next(POLL)).orElseThrow();
        assertThat(first.raw().offset()).isEqualTo(5);
        assertThat(first.from()).isEqualTo(5);
    }

    /** Everything that is there, however long that takes. */
    private List<String> readAll(MergedTopicReader reader) {
        List<String> order = new ArrayList<>(read(reader));
        clock.addAndGet(WAIT.toNanos());
        order.addAll(read(reader));
        return order;
    }

    /** Everything that may be handed out now, as partition@offset. */
    private List<String> read(MergedTopicReader reader) {
        List<String> order = new ArrayList<>();
        // The second look is for what the first one's poll has brought.
        for (int look = 0; look < 2; look++) {
            Optional<MergedRecord> taken = reader.next(POLL);
            while (taken.isPresent()) {
                order.add(
                        taken.get().raw().partition() + "@" + taken.get().raw().offset());
                taken = reader.next(POLL);
            }
        }
        return Collections.unmodifiableList(order);
    }
}

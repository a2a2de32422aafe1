package io.stillstream.trainer.loop;

import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.source.EndOfSource;
import io.stillstream.contract.target.TeacherTargets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/**
 * A topic of several partitions whose records come to a consumer in lots. Every tenth record is held out, one in nineteen
 * is no record of ours, and some offsets hold nothing.
 */
final class TestingTopic {

    private final Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> partitions =
            new TreeMap<>(Comparator.comparingInt(TopicPartition::partition));
    private final Map<TopicPartition, Long> ends = new HashMap<>();
    private long beginning;

    private TestingTopic() {}

    /** The same seed gives the same topic. */
    static TestingTopic of(int partitionCount, int records, long seed) {
        return of(partitionCount, records, seed, TestingTopic::value);
    }

    /**
     * The same of targets by token: in turn a text that a student wrote, one that was given and one of the teacher's.
     *
     * @param tokenizer the sha256 of the student's
     */
    static TestingTopic mixed(int partitionCount, int records, long seed, String tokenizer) {
        return of(partitionCount, records, seed, (random, number) -> {
            Author author = switch (number % 3) {
                case 0 -> Author.student("tiny-" + number);
                case 1 -> Author.PRODUCTION;
                default -> Author.TEACHER;
            };
            return value(
                    random,
                    number,
                    (prompt, response, split) -> Samples.byToken(prompt, response, split, author, tokenizer));
        });
    }

    /** The same with a third of the records, held-out ones among them, of another tenant. */
    static TestingTopic shared(int partitionCount, int records, long seed, String tenant) {
        return of(
                partitionCount,
                records,
                seed,
                (random, number) -> value(random, number, (prompt, response, split) -> {
                    TeacherTargets targets =
                            Samples.targets(prompt, response, FinishReason.STOP, split, Samples.TEACHER);
                    return number % 3 == 0 ? Samples.ofTenant(targets, tenant) : targets;
                }));
    }

    /**
     * The same with two sources that end, the second with the topic. Each had three partitions of prompts, whose ends are
     * far apart, and the second ends in one of them before the first does in all.
     */
    static TestingTopic ending(int partitionCount, int records, long seed) {
        return of(
                partitionCount,
                records,
                seed,
                TestingTopic::value,
                Map.of(
                        records / 5,
                        Samples.end("first", 1, 3),
                        records / 4,
                        Samples.end("first", 0, 3),
                        records / 2,
                        Samples.end("second", 2, 3),
                        records / 2 + 7,
                        Samples.end("first", 2, 3),
                        2 * records / 3,
                        Samples.end("second", 0, 3),
                        records,
                        Samples.end("second", 1, 3)));
    }

    private interface Values {

        byte[] of(Random random, int number);
    }

    private interface Texts {

        TeacherTargets of(String prompt, String response, Split split);
    }

    private static TestingTopic of(int partitionCount, int records, long seed, Values values) {
        return of(partitionCount, records, seed, values, Map.of());
    }

    /** @param ends by the number of the record before which they are in every partition */
    private static TestingTopic of(
            int partitionCount, int records, long seed, Values values, Map<Integer, EndOfSource> ends) {
        var topic = new TestingTopic();
        var random = new Random(seed);
        long[] timestamps = new long[partitionCount];
        for (int i = 0; i < partitionCount; i++) {
            topic.partitions.put(new TopicPartition(Samples.TOPIC, i), new ArrayList<>());
            topic.ends.put(new TopicPartition(Samples.TOPIC, i), 0L);
        }
        for (int i = 0; i < records; i++) {
            Optional.ofNullable(ends.get(i)).ifPresent(end -> topic.mark(end, timestamps));
            var partition = new TopicPartition(Samples.TOPIC, random.nextInt(partitionCount));
            // Clocks of producers go back now and then.
            timestamps[partition.partition()] += random.nextInt(50) - 5;
            long offset = topic.ends.get(partition) + (random.nextInt(12) == 0 ? 1 : 0);
            topic.ends.put(partition, offset + 1);
            topic.partitions
                    .get(partition)
                    .add(record(partition, offset, timestamps[partition.partition()], values.of(random, i)));
        }
        Optional.ofNullable(ends.get(records)).ifPresent(end -> topic.mark(end, timestamps));
        return topic;
    }

    private void mark(EndOfSource end, long[] timestamps) {
        partitions.forEach((partition, records) -> {
            long offset = ends.get(partition);
            ends.put(partition, offset + 1);
            records.add(Samples.end(partition.partition(), offset, timestamps[partition.partition()], end));
        });
    }

    /** Without some of its records, which leave their offsets empty. */
    TestingTopic without(Predicate<ConsumerRecord<byte[], byte[]>> removed) {
        var rest = new TestingTopic();
        rest.ends.putAll(ends);
        partitions.forEach((partition, records) -> rest.partitions.put(
                partition, records.stream().filter(removed.negate()).toList()));
        return rest;
    }

    /** What of it has come so far, in each partition. */
    TestingTopic upTo(long end) {
        TestingTopic early = without(record -> record.offset() >= end);
        early.ends.replaceAll((partition, last) -> end);
        return early;
    }

    /** What of it retention has left, in each partition. */
    TestingTopic from(long first) {
        TestingTopic late = without(record -> record.offset() < first);
        late.beginning = first;
        return late;
    }

    /** Of a partition. */
    List<ConsumerRecord<byte[], byte[]>> records(int partition) {
        return List.copyOf(partitions.getOrDefault(new TopicPartition(Samples.TOPIC, partition), List.of()));
    }

    Map<TopicPartition, Long> ends() {
        return Map.copyOf(ends);
    }

    /**
     * A consumer to which the records come in lots of random size.
     *
     * @param fewer records at the end of each partition that have not come yet
     */
    TestingConsumer consumer(long arrival, int fewer) {
        return new TestingConsumer(this, new Random(arrival), fewer);
    }

    static final class TestingConsumer extends MockConsumer<byte[], byte[]> {

        private final Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> there = new HashMap<>();
        private final Map<TopicPartition, Integer> sent = new HashMap<>();
        private final Random arrival;
        private final Map<TopicPartition, Long> ends;
        private int polls;
        private int crashAt = Integer.MAX_VALUE;
        private Runnable whenAllHasCome = () -> {};

        private TestingConsumer(TestingTopic topic, Random arrival, int fewer) {
            super("none");
            this.arrival = arrival;
            List<PartitionInfo> infos = new ArrayList<>();
            Map<TopicPartition, Long> beginnings = new HashMap<>();
            Map<TopicPartition, Long> last = new HashMap<>();
            topic.partitions.forEach((partition, records) -> {
                List<ConsumerRecord<byte[], byte[]>> come = records.subList(0, Math.max(0, records.size() - fewer));
                there.put(partition, come);
                infos.add(new PartitionInfo(partition.topic(), partition.partition(), null, null, null));
                beginnings.put(partition, topic.beginning);
                last.put(
                        partition,
                        fewer == 0
                                ? topic.ends.get(partition)
                                : come.isEmpty()
                                        ? 0L
                                        : come.get(come.size() - 1).offset() + 1);
            });
            updatePartitions(Samples.TOPIC, infos);
            updateBeginningOffsets(beginnings);
            updateEndOffsets(last);
            ends = last;
        }

        /** A crash: reading fails, and nothing is put away. */
        TestingConsumer crashingAtPoll(int poll) {
            crashAt = poll;
            return this;
        }

        /** What came before comes again: training was taken back. */
        @Override
        public synchronized void seek(TopicPartition partition, long offset) {
            sent.remove(partition);
            super.seek(partition, offset);
        }

        void whenAllHasCome(Runnable action) {
            whenAllHasCome = action;
        }

        @Override
        public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
            if (++polls >= crashAt) {
                throw new IllegalStateException("crashed at poll " + polls);
            }
            boolean all = true;
            for (TopicPartition partition : assignment()) {
                List<ConsumerRecord<byte[], byte[]>> records = there.get(partition);
                int next = sent.computeIfAbsent(partition, key -> first(records, position(key)));
                for (int lot = arrival.nextInt(7); lot > 0 && next < records.size(); lot--) {
                    addRecord(records.get(next++));
                }
                sent.put(partition, next);
                all &= next == records.size();
            }
            if (all) {
                whenAllHasCome.run();
            }
            return super.poll(timeout);
        }

        @Override
        public synchronized OptionalLong currentLag(TopicPartition partition) {
            return OptionalLong.of(isDone(partition) ? 0 : 1);
        }

        /** The end of a partition may hold nothing; a real consumer passes over that too. */
        @Override
        public synchronized long position(TopicPartition partition) {
            return isDone(partition) ? ends.get(partition) : super.position(partition);
        }

        private boolean isDone(TopicPartition partition) {
            List<ConsumerRecord<byte[], byte[]>> records = there.get(partition);
            return sent.getOrDefault(partition, 0) == records.size()
                    && (records.isEmpty()
                            || super.position(partition)
                                    > records.get(records.size() - 1).offset());
        }

        private static int first(List<ConsumerRecord<byte[], byte[]>> records, long offset) {
            int first = 0;
            while (first < records.size() && records.get(first).offset() < offset) {
                first++;
            }
            return first;
        }
    }

    private static byte[] value(Random random, int number) {
        return value(
                random,
                number,
                (prompt, response, split) ->
                        Samples.targets(prompt, response, FinishReason.STOP, split, Samples.TEACHER));
    }

    private static byte[] value(Random random, int number, Texts texts) {
        String prompt = random.ints(1 + random.nextInt(6), 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        String response = " abcd".repeat(1 + random.nextInt(3));
        if (number % 19 == 7) {
            return Samples.utf8("no record of ours");
        }
        Split split = number % 10 == 3 ? Split.HELD_OUT : Split.TRAIN;
        return TeacherTargetsCodec.encode(texts.of(prompt, response, split));
    }

    private static ConsumerRecord<byte[], byte[]> record(
            TopicPartition partition, long offset, long timestamp, byte[] value) {
        return new ConsumerRecord<>(
                partition.topic(),
                partition.partition(),
                offset,
                timestamp,
                TimestampType.CREATE_TIME,
                0,
                0,
                Samples.utf8("key"),
                value,
                new RecordHeaders(),
                Optional.empty());
    }
}

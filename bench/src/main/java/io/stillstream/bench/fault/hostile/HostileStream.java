package io.stillstream.bench.fault.hostile;

import io.stillstream.Stillstream;
import io.stillstream.bench.fault.ChaosPrompts;
import io.stillstream.bench.fault.StageProcess;
import io.stillstream.bench.fault.scorer.ScorerProcess;
import io.stillstream.bench.fault.scorer.ScorerSettings;
import io.stillstream.bench.fault.trainer.TrainerProcess;
import io.stillstream.bench.fault.trainer.TrainerSettings;
import io.stillstream.configuration.ProcessMemory;
import io.stillstream.contract.ContractException;
import io.stillstream.contract.DeadLetter;
import io.stillstream.contract.EndOfSource;
import io.stillstream.contract.Prompt;
import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.EndOfSourceCodec;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.config.KafkaConfig;
import io.stillstream.pipeline.demo.BundledModels;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.offsets.Disposition;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends a stream in which some records are hostile through {@code stillstream score} and {@code stillstream train}, and looks
 * for what became of each: a dead letter, or for what turns out harmless a scored record; of those that are right exactly one
 * scored record, which was trained on or held out.
 */
public final class HostileStream {

    private static final int PARTITIONS = 4;
    private static final int TARGETS_PARTITIONS = 1;
    private static final String APPLICATION = "hostile-stream";
    private static final String HOSTILE_ID = "hostile-";
    private static final TrainerSettings.Pace PACE = new TrainerSettings.Pace(256, 50, 100);

    private static final int BURST = 50;
    private static final int AHEAD = 500;
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration SILENCE = Duration.ofMinutes(2);
    private static final Duration STOPS_WITHIN = Duration.ofSeconds(60);
    private static final Duration TRAINS_WITHIN = Duration.ofMinutes(10);
    private static final Duration SAMPLE_INTERVAL = Duration.ofSeconds(1);
    private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(10);

    private final HostileStreamOptions options;
    private final Interruption interruption;
    private final PrintStream out;
    private final Topics topics = Topics.defaults();
    private final long started = System.nanoTime();
    private final Random random;

    /** Kinds of what was sent, by topic, partition and offset. */
    private final Map<Place, String> hostile = new LinkedHashMap<>();

    private final Map<Place, List<String>> ends = new HashMap<>();
    private final Map<String, Place> hostilePrompts = new HashMap<>();
    private final Map<String, Integer> scored = new HashMap<>();
    private final Map<String, List<Long>> resident = new TreeMap<>();
    private byte @Nullable [] goodTargets;
    private int good;
    private int restarts;
    private int next;
    private long printed = started;
    private long sampled = started;

    private record Place(String topic, int partition, long offset) {}

    private record Sent(HostileRecord record, String id, Future<RecordMetadata> written) {}

    public HostileStream(HostileStreamOptions options, Interruption interruption, PrintStream out) {
        this.options = options;
        this.interruption = interruption;
        this.out = out;
        this.random = new Random(options.seed());
    }

    public HostileStreamReport run() throws InterruptedException {
        BundledModels models = BundledModels.unpack(options.directory().resolve("models"));
        Path scoring = directory("scorer");
        Path training = directory("trainer");
        try (EmbeddedBroker broker = EmbeddedBroker.start(options.directory().resolve("broker"))) {
            String servers = broker.bootstrapServers();
            new TopicCreator(KafkaConfig.defaults().clientProperties(servers), STOPS_WITHIN)
                    .create(topics, PARTITIONS, TARGETS_PARTITIONS);
            Map<String, String> settings =
                    TrainerSettings.of(models.student(), PACE).of(servers, PARTITIONS, training);
            var scorer = new ScorerProcess(
                    Stream.concat(
                                    Stream.of(Stillstream.class.getName(), "score"),
                                    StageProcess.options(ScorerSettings.of(
                                            servers, PARTITIONS, models.teacher(), APPLICATION, scoring)))
                            .toList(),
                    scoring.resolve("scorer.log"));
            try (scorer;
                    TrainerProcess trainer = TrainerProcess.endless(settings, training)) {
                scorer.start();
                trainer.start();
                stream(servers, scorer, trainer);
                scorer.stop(STOPS_WITHIN);
                trainer.process().stop(STOPS_WITHIN);
            }
            try (TrainerProcess rest = TrainerProcess.untilEnd(settings, training)) {
                rest.start();
                if (!rest.process().await(TRAINS_WITHIN) || rest.process().exitValue() != 0) {
                    throw new PipelineException("the trainer did not reach the end; its log is in " + training);
                }
            }
            try (KafkaConsumer<byte[], byte[]> reader = consumer(servers)) {
                ends.clear();
                scored.clear();
                readToEnd(reader);
            }
            return report(LedgerAudit.of(TrainerSettings.directory(training)).summary());
        }
    }

    private void stream(String servers, ScorerProcess scorer, TrainerProcess trainer) throws InterruptedException {
        var prompts = new ChaosPrompts(options.seed());
        Map<String, Object> properties = Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
        try (KafkaConsumer<byte[], byte[]> reader = consumer(servers);
                var producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int number = 0; number < options.records() && !interruption.requested(); ) {
                List<Sent> sent = new ArrayList<>();
                for (int i = 0; i < BURST && number < options.records(); i++, number++) {
                    if (random.nextDouble() < options.share()) {
                        sent.add(hostile(number, producer));
                    } else {
                        Prompt prompt = living(prompts, number);
                        var unused = producer.send(new ProducerRecord<>(
                                topics.prompts(),
                                HostileRecord.utf8(prompt.conversationId()),
                                PromptCodec.encode(prompt)));
                        good++;
                    }
                }
                note(sent);
                int before = number;
                await(() -> seen() >= before - AHEAD, reader, scorer, trainer);
            }
            sendEnd(producer);
            int all = options.records();
            await(() -> seen() >= all, reader, scorer, trainer);
        }
    }

    private static Prompt living(ChaosPrompts prompts, int number) {
        return prompts.get(ChaosPrompts.isDead(number) ? number - 1 : number).asked("prompt-" + number, Instant.now());
    }

    private Sent hostile(int number, KafkaProducer<byte[], byte[]> producer) {
        String id = HOSTILE_ID + number;
        List<HostileRecord> kinds = new ArrayList<>(HostilePrompts.all(id));
        int ofPrompts = kinds.size();
        byte[] targets = goodTargets;
        if (targets != null) {
            kinds.addAll(HostileTargets.all(targets, options.seed() + number));
        }
        int choice = next++ % kinds.size();
        HostileRecord record = kinds.get(choice);
        String topic = choice < ofPrompts ? topics.prompts() : topics.teacherTargets();
        int partition = choice < ofPrompts ? random.nextInt(PARTITIONS) : random.nextInt(TARGETS_PARTITIONS);
        return new Sent(record, id, producer.send(record.on(topic, partition)));
    }

    private void note(List<Sent> sent) throws InterruptedException {
        for (Sent each : sent) {
            try {
                RecordMetadata written = each.written().get();
                var place = new Place(written.topic(), written.partition(), written.offset());
                hostile.put(place, each.record().kind());
                hostilePrompts.put(each.id(), place);
            } catch (ExecutionException e) {
                throw new PipelineException(
                        "the broker does not take '" + each.record().kind() + "': " + e.getCause(), e);
            }
        }
    }

    private void sendEnd(KafkaProducer<byte[], byte[]> producer) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            var end = new EndOfSource("hostile", "hostile", partition, PARTITIONS, Instant.now());
            var marker = new ProducerRecord<>(
                    topics.prompts(), partition, HostileRecord.utf8(end.source()), EndOfSourceCodec.encode(end));
            EndOfSource.headers().forEach(marker.headers()::add);
            var unused = producer.send(marker);
        }
        producer.flush();
    }

    /** Returns when the condition holds, or when nothing has been seen for a while. */
    private void await(
            BooleanSupplier condition,
            KafkaConsumer<byte[], byte[]> reader,
            ScorerProcess scorer,
            TrainerProcess trainer) {
        long last = System.nanoTime();
        while (!condition.getAsBoolean() && !interruption.requested() && System.nanoTime() - last < SILENCE.toNanos()) {
            if (take(reader.poll(POLL))) {
                last = System.nanoTime();
            }
            if (scorer.failed()) {
                restarts++;
                scorer.start();
            }
            if (trainer.process().failed()) {
                restarts++;
                trainer.start();
            }
            if (System.nanoTime() - sampled >= SAMPLE_INTERVAL.toNanos()) {
                sampled = System.nanoTime();
                sample("scorer", scorer.pid());
                sample("trainer", trainer.process().pid());
            }
            if (System.nanoTime() - printed >= PROGRESS_INTERVAL.toNanos()) {
                printed = System.nanoTime();
                out.printf(
                        "%4d s | sent %,d, hostile %,d | met their end %,d | step %,d | restarts %d%n",
                        elapsed().toSeconds(),
                        good + hostile.size(),
                        hostile.size(),
                        seen(),
                        trainer.files().listedStep(),
                        restarts);
            }
        }
    }

    private void sample(String stage, long pid) {
        try {
            resident.computeIfAbsent(stage, unused -> new ArrayList<>())
                    .add(ProcessMemory.of(pid).resident());
        } catch (IOException e) {
            out.println("the memory of the " + stage + " cannot be read: " + e);
        }
    }

    /** Records that have met an end: those that are hostile, and those that are right. */
    private int seen() {
        return ends.size()
                + (int) scored.keySet().stream()
                        .filter(id -> !hostilePrompts.containsKey(id))
                        .count();
    }

    private boolean take(Iterable<ConsumerRecord<byte[], byte[]>> records) {
        records.forEach(this::take);
        return records.iterator().hasNext();
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        Map<String, byte[]> headers = new HashMap<>();
        for (Header header : record.headers()) {
            headers.put(header.key(), header.value());
        }
        if (record.topic().equals(topics.deadLetters())) {
            DeadLetter letter = DeadLetter.fromHeaders(headers);
            end(
                    new Place(letter.topic(), letter.partition(), letter.offset()),
                    letter.rejection().code().label());
        } else if (!EndOfSource.isMarkedBy(headers.get(EndOfSource.HEADER))) {
            takeTargets(record);
        }
    }

    private void takeTargets(ConsumerRecord<byte[], byte[]> record) {
        var place = new Place(record.topic(), record.partition(), record.offset());
        try {
            String id = TeacherTargetsCodec.decode(record.value()).promptId();
            Place prompt = hostilePrompts.get(id);
            if (hostile.containsKey(place)) {
                end(place, "read");
            } else if (prompt != null) {
                end(prompt, "scored");
            } else {
                scored.merge(id, 1, Integer::sum);
                goodTargets = goodTargets == null ? record.value() : goodTargets;
            }
        } catch (ContractException | NullPointerException e) {
            // One of ours: the trainer's dead letter is its end.
            if (!hostile.containsKey(place)) {
                throw e;
            }
        }
    }

    private void end(Place place, String what) {
        ends.computeIfAbsent(place, unused -> new ArrayList<>()).add(what);
    }

    private KafkaConsumer<byte[], byte[]> consumer(String servers) {
        Map<String, Object> properties = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                servers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed");
        var consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions = Stream.of(topics.teacherTargets(), topics.deadLetters())
                .flatMap(topic -> consumer.partitionsFor(topic).stream())
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer;
    }

    private void readToEnd(KafkaConsumer<byte[], byte[]> reader) {
        Map<TopicPartition, Long> last = reader.endOffsets(reader.assignment());
        while (last.entrySet().stream().anyMatch(end -> reader.position(end.getKey()) < end.getValue())) {
            take(reader.poll(POLL));
        }
    }

    /** Records of {@code teacher-targets} that can be read. */
    private long due() {
        long read = ends.values().stream()
                .flatMap(List::stream)
                .filter(end -> end.equals("read") || end.equals("scored"))
                .count();
        return scored.values().stream().mapToInt(Integer::intValue).sum() + read;
    }

    private HostileStreamReport report(LedgerAudit.Summary ledger) {
        SortedMap<String, SortedMap<String, Integer>> outcomes = new TreeMap<>();
        int vanished = 0;
        int twice = 0;
        for (Map.Entry<Place, String> record : hostile.entrySet()) {
            List<String> met = ends.getOrDefault(record.getKey(), List.of());
            vanished += met.isEmpty() ? 1 : 0;
            twice += met.size() > 1 ? 1 : 0;
            outcomes.computeIfAbsent(record.getValue(), unused -> new TreeMap<>())
                    .merge(met.isEmpty() ? "nothing" : String.join("+", met), 1, Integer::sum);
        }
        Map<String, Double> growth = new TreeMap<>();
        resident.forEach((stage, samples) -> growth.put(stage, growth(samples)));
        long listed = ledger.offsets().getOrDefault(Disposition.TRAINED, 0L)
                + ledger.offsets().getOrDefault(Disposition.HELD_OUT, 0L)
                + ledger.offsets().getOrDefault(Disposition.BEYOND_SHARE, 0L);
        return new HostileStreamReport(
                outcomes,
                hostile.size(),
                vanished,
                twice,
                restarts,
                good,
                good - scored.size(),
                scored.values().stream().mapToInt(times -> times - 1).sum(),
                listed,
                due(),
                ledger.gaps() + ledger.overlaps(),
                growth,
                elapsed());
    }

    private static double growth(List<Long> samples) {
        int quarter = samples.size() / 4;
        if (quarter == 0) {
            return Double.NaN;
        }
        return (double) largest(samples.subList(samples.size() - quarter, samples.size()))
                / largest(samples.subList(quarter, 2 * quarter));
    }

    private static long largest(List<Long> samples) {
        return samples.stream().mapToLong(Long::longValue).max().orElse(0);
    }

    private Path directory(String name) {
        try {
            return Files.createDirectories(options.directory().resolve(name));
        } catch (IOException e) {
            throw new PipelineException("the directory for the " + name + " cannot be made: " + e, e);
        }
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - started);
    }
}

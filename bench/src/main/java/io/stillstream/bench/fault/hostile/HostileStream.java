package io.stillstream.bench.fault.hostile;

import io.stillstream.bench.fault.ChaosPrompts;
import io.stillstream.bench.fault.trainer.process.TrainerProcess;
import io.stillstream.bench.fault.trainer.process.TrainerSettings;
import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.EndOfSourceCodec;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.source.EndOfSource;
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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
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
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends a stream in which some records are hostile through {@code stillstream score} and {@code stillstream train}, and looks
 * for what became of each: a dead letter, or for what turns out harmless a scored record; of those that are right exactly one
 * scored record, which was trained on or held out.
 */
public final class HostileStream {

    private static final int PARTITIONS = 4;
    private static final int TARGETS_PARTITIONS = 1;
    private static final String HOSTILE_ID = "hostile-";
    private static final TrainerSettings.Pace PACE = new TrainerSettings.Pace(256, 50, 100);

    private static final int BURST = 50;
    private static final int AHEAD = 500;
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration SILENCE = Duration.ofMinutes(2);
    private static final Duration CREATES_WITHIN = Duration.ofSeconds(60);
    private static final Duration TRAINS_WITHIN = Duration.ofMinutes(10);
    private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(10);

    private final HostileStreamOptions options;
    private final Interruption interruption;
    private final PrintStream out;
    private final Topics topics = Topics.defaults();
    private final long started = System.nanoTime();
    private final Random random;

    private final Endings endings = new Endings(topics);
    private int good;
    private int next;
    private long printed = started;

    private record Sent(HostileRecord record, Future<RecordMetadata> written) {}

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
            new TopicCreator(KafkaConfig.defaults().clientProperties(servers), CREATES_WITHIN)
                    .create(topics, PARTITIONS, TARGETS_PARTITIONS);
            Map<String, String> settings =
                    TrainerSettings.of(models.student(), PACE).of(servers, PARTITIONS, training);
            Stages stages = Stages.start(servers, PARTITIONS, models.teacher(), scoring, settings, training, out);
            try (stages) {
                stream(servers, stages);
                stages.stop();
            }
            try (TrainerProcess rest = TrainerProcess.untilEnd(settings, training)) {
                rest.start();
                if (!rest.process().await(TRAINS_WITHIN) || rest.process().exitValue() != 0) {
                    throw new PipelineException("the trainer did not reach the end; its log is in " + training);
                }
            }
            try (KafkaConsumer<byte[], byte[]> reader = consumer(servers)) {
                endings.forget();
                readToEnd(reader);
            }
            return report(LedgerAudit.of(TrainerSettings.directory(training)).summary(), stages);
        }
    }

    private void stream(String servers, Stages stages) throws InterruptedException {
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
                await(() -> endings.seen() >= before - AHEAD, reader, stages);
            }
            sendEnd(producer);
            int all = options.records();
            await(() -> endings.seen() >= all, reader, stages);
        }
    }

    private static Prompt living(ChaosPrompts prompts, int number) {
        return prompts.get(ChaosPrompts.isDead(number) ? number - 1 : number).asked("prompt-" + number, Instant.now());
    }

    private Sent hostile(int number, KafkaProducer<byte[], byte[]> producer) {
        String id = HOSTILE_ID + number;
        List<HostileRecord> kinds = new ArrayList<>(HostilePrompts.all(id));
        int ofPrompts = kinds.size();
        byte[] targets = endings.goodTargets();
        if (targets != null) {
            kinds.addAll(HostileTargets.all(targets, options.seed() + number));
        }
        int choice = next++ % kinds.size();
        HostileRecord record = kinds.get(choice);
        String topic = choice < ofPrompts ? topics.prompts() : topics.teacherTargets();
        int partition = choice < ofPrompts ? random.nextInt(PARTITIONS) : random.nextInt(TARGETS_PARTITIONS);
        return new Sent(record, producer.send(record.on(topic, partition)));
    }

    private void note(List<Sent> sent) throws InterruptedException {
        for (Sent each : sent) {
            try {
                endings.sent(each.record(), each.written().get());
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
    private void await(BooleanSupplier condition, KafkaConsumer<byte[], byte[]> reader, Stages stages) {
        long last = System.nanoTime();
        while (!condition.getAsBoolean() && !interruption.requested() && System.nanoTime() - last < SILENCE.toNanos()) {
            if (take(reader.poll(POLL))) {
                last = System.nanoTime();
            }
            stages.supervise();
            if (System.nanoTime() - printed >= PROGRESS_INTERVAL.toNanos()) {
                printed = System.nanoTime();
                out.printf(
                        Locale.ROOT,
                        "%4d s | sent %,d, hostile %,d | met their end %,d | step %,d | restarts %d%n",
                        elapsed().toSeconds(),
                        good + endings.hostile(),
                        endings.hostile(),
                        endings.seen(),
                        stages.step(),
                        stages.restarts());
            }
        }
    }

    private boolean take(Iterable<ConsumerRecord<byte[], byte[]>> records) {
        records.forEach(endings::take);
        return records.iterator().hasNext();
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

    private HostileStreamReport report(LedgerAudit.Summary ledger, Stages stages) {
        long listed = Stream.of(Disposition.TRAINED, Disposition.HELD_OUT, Disposition.BEYOND_SHARE)
                .mapToLong(disposition -> ledger.offsets().getOrDefault(disposition, 0L))
                .sum();
        return new HostileStreamReport(
                endings.outcomes(),
                endings.hostile(),
                endings.vanished(),
                endings.twice(),
                stages.restarts(),
                good,
                good - endings.scored(),
                endings.duplicated(),
                listed,
                endings.due(),
                ledger.gaps() + ledger.overlaps(),
                stages.memoryGrowth(),
                elapsed());
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

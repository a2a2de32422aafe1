package io.stillstream.bench.fault.trainer;

import io.stillstream.contract.SnapshotManifest.Writer;
import io.stillstream.contract.codec.EndOfSourceCodec;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.run.Stages;
import io.stillstream.student.model.Student;
import io.stillstream.trainer.checkpoint.CheckpointStore;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotDraft;
import io.stillstream.trainer.checkpoint.SnapshotFiles;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.examples.ExampleBuilder;
import io.stillstream.trainer.examples.ExampleTokenizer;
import io.stillstream.trainer.examples.QueuedSequence;
import io.stillstream.trainer.examples.StepBatcher;
import io.stillstream.trainer.examples.TokenizedTarget;
import io.stillstream.trainer.examples.TransportPlans;
import io.stillstream.trainer.examples.wording.StudentWording;
import io.stillstream.trainer.examples.wording.TemplateChoice;
import io.stillstream.trainer.ledger.Ledger;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.offsets.Offsets;
import io.stillstream.trainer.offsets.PassedOver;
import io.stillstream.trainer.source.DeletedRecords;
import io.stillstream.trainer.source.KafkaClients;
import io.stillstream.trainer.source.MergedRecord;
import io.stillstream.trainer.source.MergedTopicReader;
import io.stillstream.trainer.source.StreamCursor;
import io.stillstream.trainer.source.TargetsRecord;
import io.stillstream.trainer.step.StudentOptimizer;
import io.stillstream.trainer.step.TrainingBatch;
import io.stillstream.trainer.step.TrainingStep;
import io.stillstream.trainer.storage.DataDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * A trainer as one would first write it: reading, steps and files are production's, but offsets are committed to a consumer
 * group after each step, and weights saved every few steps. A crash loses the steps between the two, and a run of
 * {@link TrainerChaos} must detect that. Takes {@code --set section.key=value} and nothing else.
 */
final class NaiveTrainer {

    private static final String GROUP = "naive-trainer";
    private static final Duration POLL = Duration.ofMillis(200);

    private final TrainerConfig config;
    private final String topic;
    private final String servers;
    private final DataDirectory data;
    private final Ledger ledger;
    private final CheckpointStore checkpoints;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final MergedTopicReader reader;
    private final TextTokenizer tokenizer;
    private final StudentWording wording;
    private final Student student;
    private final StudentOptimizer optimizer;
    private final TrainingStep trainingStep;
    private final ExampleTokenizer exampleTokenizer;
    private final ExampleBuilder examples;
    private final StepBatcher batcher;
    private @Nullable TeacherIdentity teacher;

    private NaiveTrainer(
            TrainerConfig config,
            String topic,
            String servers,
            DataDirectory data,
            Ledger ledger,
            KafkaConsumer<byte[], byte[]> consumer) {
        this.config = config;
        this.topic = topic;
        this.servers = servers;
        this.data = data;
        this.ledger = ledger;
        this.consumer = consumer;
        this.checkpoints = new CheckpointStore(config.dataDirectory(), Clock.systemUTC());
        checkpoints.sweep();
        Optional<Snapshot> saved = checkpoints.newestValid(checkpoint -> true);
        Path from = saved.map(Snapshot::directory).orElse(Objects.requireNonNull(config.student()));
        this.tokenizer = TextTokenizer.load(from);
        this.wording = TemplateChoice.of(config)
                .wording(Objects.requireNonNull(config.student()), from, tokenizer, DecoderConfig.read(from));
        this.student = wording.load(from);
        this.optimizer = saved.isPresent()
                ? StudentOptimizer.restore(student, config.optimizer(), from.resolve(FinalState.OPTIMIZER))
                : StudentOptimizer.fresh(student, config.optimizer());
        this.trainingStep = new TrainingStep(student, optimizer, config.loss(), config.step());
        this.exampleTokenizer = new ExampleTokenizer(tokenizer, student.config(), wording);
        this.examples = new ExampleBuilder(
                exampleTokenizer,
                tokenizer,
                config.loss(),
                TransportPlans.open(tokenizer, student.config(), config.teacherTokenizer()));
        this.batcher = new StepBatcher(config.batches().stepTokens(), config.studentTokens());
        this.reader =
                new MergedTopicReader(consumer, topic, servers, config.mergeWait(), config.reading(), System::nanoTime);
    }

    public static void main(String[] arguments) {
        Map<String, String> settings = new HashMap<>();
        for (int i = 1; i < arguments.length; i += 2) {
            String[] setting = arguments[i].split("=", 2);
            settings.put(setting[0], setting[1]);
        }
        StillstreamConfig config = new ConfigLoader(Map.of()).load(StillstreamConfig.defaults(), null, settings);
        String servers = config.kafka().bootstrapServers();
        Map<String, Object> properties = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                servers,
                ConsumerConfig.GROUP_ID_CONFIG,
                GROUP,
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "none",
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed");
        try (Interruption interruption = new Interruption();
                Telemetry telemetry = Telemetry.start(config.monitoring(), Stage.TRAINER)) {
            TrainerConfig trainer = new Stages(config, servers, telemetry).trainerConfig();
            try (DataDirectory data = DataDirectory.open(trainer.dataDirectory());
                    Ledger ledger = Ledger.open(data);
                    var consumer =
                            new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                new NaiveTrainer(trainer, config.topics().teacherTargets(), servers, data, ledger, consumer)
                        .run(interruption);
            }
        }
    }

    private void run(Interruption interruption) {
        Set<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .collect(Collectors.toSet());
        Map<TopicPartition, Long> committed = new HashMap<>();
        consumer.committed(partitions).forEach((partition, offset) -> {
            if (offset != null) {
                committed.put(partition, offset.offset());
            }
        });
        Offsets start = reader.open(
                        new MergedTopicReader.Start(
                                Offsets.of(committed), Map.of(), true, PassedOver.nothing(), DeletedRecords.refused()),
                        config.patience(),
                        interruption::requested)
                .orElseThrow();
        var cursor = new StreamCursor(topic, start, Map.of(), Map.of());
        ledger.append(new LedgerEntry.Started(
                data.epoch(),
                optimizer.step(),
                topic,
                KafkaClients.topicId(
                        Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, servers), topic, config.patience()),
                start.byPartitionNumber()));
        while (!interruption.requested() && !reader.isAtEnd()) {
            reader.next(POLL).ifPresent(record -> accept(record, cursor));
        }
        save(cursor);
    }

    private void accept(MergedRecord record, StreamCursor cursor) {
        if (TargetsRecord.isEndOfSource(record.raw())) {
            cursor.add(record, Disposition.END_OF_SOURCE);
            if (cursor.addEnd(record, EndOfSourceCodec.decode(record.raw().value()))) {
                batcher.flush().ifPresent(step -> train(step, cursor));
            }
            return;
        }
        Optional<QueuedSequence> sequence;
        Disposition disposition;
        try {
            TargetsRecord decoded = TargetsRecord.decode(record.raw());
            teacher = decoded.targets().teacher();
            boolean kept = decoded.targets().split() == Split.HELD_OUT;
            sequence = kept ? Optional.empty() : queued(decoded);
            disposition =
                    kept ? Disposition.HELD_OUT : sequence.isPresent() ? Disposition.TRAINED : Disposition.REJECTED;
        } catch (ContractException | HuggingFaceException e) {
            sequence = Optional.empty();
            disposition = Disposition.REJECTED;
        }
        sequence.ifPresent(batcher::add);
        cursor.add(record, disposition);
        if (batcher.isFull()) {
            batcher.flush().ifPresent(step -> train(step, cursor));
        }
    }

    private Optional<QueuedSequence> queued(TargetsRecord record) {
        return exampleTokenizer.tokenize(record.targets()) instanceof Outcome.Accepted<TokenizedTarget> accepted
                ? Optional.of(new QueuedSequence(record, accepted.value(), examples.make(accepted.value())))
                : Optional.empty();
    }

    private void train(List<QueuedSequence> sequences, StreamCursor cursor) {
        ledger.append(new LedgerEntry.Stepped(optimizer.step() + 1, topic, cursor.closeStep()));
        trainingStep.step(new TrainingBatch(
                sequences.stream().flatMap(queued -> queued.example().stream()).toList(), sequences.size()));
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        cursor.offsets()
                .offsets()
                .forEach((partition, offset) -> offsets.put(partition, new OffsetAndMetadata(offset)));
        consumer.commitSync(offsets);
        if (optimizer.step() % config.checkpoints().everySteps() == 0) {
            save(cursor);
        }
    }

    private void save(StreamCursor cursor) {
        var draft = new SnapshotDraft(
                optimizer.step(),
                cursor.offsets(),
                Objects.requireNonNull(teacher),
                tokenizer.sha256(),
                wording.sha256(),
                config.loss().describe(),
                Map.of(),
                Instant.EPOCH,
                new Writer(
                        data.epoch(),
                        ledger.position().bytes(),
                        ledger.position().checksum()),
                this::write);
        checkpoints.write(draft, (id, manifest) -> data.requireCurrent());
        checkpoints.retain(config.checkpoints().keep(), List.of());
    }

    private void write(SnapshotFiles files) {
        student.save(files);
        try (WritableByteChannel channel = files.create(FinalState.OPTIMIZER)) {
            optimizer.save(channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

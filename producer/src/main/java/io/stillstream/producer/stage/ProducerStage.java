package io.stillstream.producer.stage;

import io.stillstream.contract.Topics;
import io.stillstream.contract.source.SourcePosition;
import io.stillstream.monitoring.HealthCheck;
import io.stillstream.monitoring.MeterBinding;
import io.stillstream.monitoring.Progress;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.monitoring.traffic.ProducerMeters;
import io.stillstream.producer.ProducerException;
import io.stillstream.producer.ProducerReport;
import io.stillstream.producer.TrafficConfig;
import io.stillstream.producer.redaction.Redaction;
import io.stillstream.producer.source.Sources;
import io.stillstream.producer.source.file.SourceFile;
import io.stillstream.producer.source.file.SourceFiles;
import io.stillstream.producer.source.file.SourceLook;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a source's traffic to the {@code prompts} topic, from where an earlier run had read it to: {@link #run} returns when the
 * traffic has ended or when {@link #stop} was called from another thread, and throws when the broker cannot be reached. When it
 * returns, everything that was sent is visible to readers of committed records, and the position of each source is stored; where
 * the traffic has ended by itself, also that it has.
 */
public final class ProducerStage {

    private static final Logger LOG = LoggerFactory.getLogger(ProducerStage.class);
    private static final String EXTERNAL_NAME = "external";
    private static final String TRANSACTIONAL_ID_PREFIX = "stillstream-producer-";

    /** How long nothing comes to a file that is followed before it is closed. */
    private static final Duration STANDSTILL = Duration.ofMinutes(10);

    private final TrafficConfig config;
    private final boolean readsStream;
    private final Redaction redaction;
    private final Topics topics;
    private final Map<String, Object> kafka;
    private final Telemetry telemetry;
    private final ProducerMeters meters;
    private final InputStream input;
    private final Clock clock;
    private final Duration standstill;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile HealthCheck readiness = HealthCheck.failed("not connected to the broker yet");
    private boolean interrupted;

    /**
     * @param redaction what everything passes before it is written
     * @param kafka properties of the Kafka client, {@code bootstrap.servers} among them; they override this stage's defaults
     *     except {@code acks=all}, the transactions and the serializers
     * @throws ProducerException where standard input or a pipe is to be followed or repeated
     */
    public ProducerStage(
            TrafficConfig config, Redaction redaction, Topics topics, Map<String, Object> kafka, Telemetry telemetry) {
        this(config, redaction, topics, kafka, telemetry, System.in, Clock.systemUTC(), STANDSTILL);
    }

    ProducerStage(
            TrafficConfig config,
            Redaction redaction,
            Topics topics,
            Map<String, Object> kafka,
            Telemetry telemetry,
            InputStream input,
            Clock clock,
            Duration standstill) {
        this.readsStream = SourceFiles.isStream(config.source());
        requireReadOften(config, readsStream);
        this.config = config;
        this.redaction = redaction;
        this.topics = topics;
        this.kafka = Map.copyOf(kafka);
        this.telemetry = telemetry;
        this.input = input;
        this.clock = clock;
        this.standstill = standstill;
        meters = telemetry.producer();
        telemetry.health().ready(Stage.PRODUCER.label(), () -> readiness);
    }

    /**
     * Reads and sends until there is no more.
     *
     * @throws ProducerException when the source cannot be read or the broker does not take what it is sent
     */
    public ProducerReport run() {
        var positions = new PositionReader(kafka, topics.producerPositions(), config.deliveryTimeout());
        ProducerReport report;
        try (Producer<byte[], byte[]> producer = client();
                MeterBinding binding = telemetry.bindKafka(Stage.PRODUCER, producer)) {
            report = run(producer, positions::read);
        }
        if (interrupted) {
            // Only now: closing the client under an interrupt would throw and drop what is on its way.
            Thread.currentThread().interrupt();
        }
        return report;
    }

    /** @param positions asked for once, when no other producer of this source can write any more */
    ProducerReport run(Producer<byte[], byte[]> producer, Supplier<Map<String, SourcePosition>> positions) {
        var transaction = transaction(producer);
        var delivery = new Delivery(transaction, topics, config, redaction, meters);
        long readBefore = 0;
        Map<String, Long> unknownFields = Map.of();
        try {
            var look = new SourceLook(config.source());
            List<SourceFile> files = files(look);
            transaction.connect(topics.prompts());
            boolean resumes = !readsStream && !config.fromStart();
            var opener = new SourceOpener(config, clock, resumes ? positions.get() : Map.of());
            readiness = HealthCheck.passed("reading " + config.source());
            try {
                read(files, look, opener, delivery);
                if (stopped.getCount() > 0) {
                    delivery.sendEnd(endOf(files), clock.instant());
                }
                delivery.commit();
            } catch (InterruptedException | InterruptException e) {
                // Thrown by the client, the flag may be set still.
                Thread.interrupted();
                interrupted = true;
                stop();
                delivery.commit();
            }
            readBefore = opener.readBefore();
            unknownFields = redacted(opener.unknownFields().counts());
            readiness = HealthCheck.passed("the traffic has ended");
        } catch (ProducerException e) {
            readiness = HealthCheck.failed(String.valueOf(e.getMessage()));
            throw e;
        }
        ProducerReport report = delivery.report(readBefore, unknownFields, stopped.getCount() == 0);
        LOG.info(
                "sent {} prompts, {} of them held out; rejected {} lines; {} lines were read before",
                report.sent(),
                report.heldOut(),
                report.deadLetters(),
                report.readBefore());
        if (!unknownFields.isEmpty()) {
            LOG.warn(
                    "fields that nobody knows were left out: {}",
                    unknownFields.entrySet().stream()
                            .map(field -> field.getKey() + " (lines: " + field.getValue() + ")")
                            .collect(Collectors.joining(", ")));
        }
        return report;
    }

    /**
     * Reads nothing and tells every partition of {@code prompts} that traffic has ended which somebody else has sent.
     *
     * @return how many partitions were told
     * @throws ProducerException when the broker does not take what it is sent
     */
    public int end() {
        try (Producer<byte[], byte[]> producer = client()) {
            return end(producer);
        }
    }

    int end(Producer<byte[], byte[]> producer) {
        var transaction = transaction(producer);
        transaction.connect(topics.prompts());
        transaction.begin();
        var ends = EndMarkers.of(
                topics.prompts(),
                transaction.partitions(topics.prompts()),
                config.name().isBlank() ? EXTERNAL_NAME : config.name(),
                clock.instant());
        var unused = transaction.commit(ends, entry -> entry);
        return ends.size();
    }

    /** Makes {@link #run} return soon, with everything sent that was read; a stage does not start again. */
    public void stop() {
        stopped.countDown();
    }

    /** How many of the prompts that this process sent its other stages have done with. */
    private long processed() {
        Progress progress = telemetry.progress();
        long untrained = progress.lag().getOrDefault(topics.teacherTargets(), 0L);
        return progress.sentPrompts() - progress.unscoredPrompts() - untrained;
    }

    private void read(List<SourceFile> files, SourceLook look, SourceOpener opener, Delivery delivery)
            throws InterruptedException {
        var reader = new TrafficReader(config, opener, delivery, meters, clock, stopped, standstill, this::processed);
        if (readsStream) {
            LOG.info("reading prompts from {}", Sources.streamName(config.source()));
            reader.readInput(Sources.stream(config.source(), input, config.maxLineBytes()));
        } else if (config.follow()) {
            reader.follow(look::again, SourceFiles.isSingle(config.source()));
        } else {
            reader.readFiles(files);
        }
    }

    /** The names of fields are traffic too. */
    private Map<String, Long> redacted(Map<String, Long> counts) {
        Map<String, Long> redacted = new TreeMap<>();
        counts.forEach((field, lines) -> redacted.merge(redaction.sentence(field), lines, Long::sum));
        return redacted;
    }

    /** What the end of the traffic is the end of. */
    private String endOf(List<SourceFile> files) {
        if (readsStream) {
            return Sources.streamName(config.source());
        }
        return files.size() == 1 ? files.get(0).name() : config.source();
    }

    /** The files to read, none of a stream; fails when there is none, or when one is of a format that is not read. */
    private List<SourceFile> files(SourceLook look) {
        if (readsStream) {
            return List.of();
        }
        List<SourceFile> files = look.first();
        files.forEach(Sources::requireReadable);
        return files;
    }

    /** Here and not in the configuration, which commands have too that read no traffic. */
    private static void requireReadOften(TrafficConfig config, boolean stream) {
        if (stream && (config.follow() || config.repeat() != 1)) {
            boolean input = config.source().equals(TrafficConfig.STANDARD_INPUT);
            throw new ProducerException((input ? "standard input" : config.source() + ", a pipe or a device,")
                    + " is read once, to its end; traffic.follow is " + config.follow() + " and traffic.repeat "
                    + config.repeat() + ", expected false and 1, or a file");
        }
    }

    private Transaction transaction(Producer<byte[], byte[]> producer) {
        return new Transaction(
                producer, config, SourceOpener.identity(config), transactionalId(), bootstrapServers(), meters);
    }

    private String transactionalId() {
        return TRANSACTIONAL_ID_PREFIX + SourceOpener.identity(config);
    }

    private Producer<byte[], byte[]> client() {
        try {
            return new KafkaProducer<>(ProducerProperties.of(kafka, config, transactionalId()));
        } catch (KafkaException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new ProducerException(
                    "no Kafka producer for " + bootstrapServers() + " (" + cause.getMessage()
                            + "): check kafka.bootstrap-servers and the kafka section",
                    e);
        }
    }

    private String bootstrapServers() {
        return String.valueOf(kafka.get(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG));
    }
}

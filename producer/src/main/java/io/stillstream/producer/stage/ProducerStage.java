package io.stillstream.producer.stage;

import io.stillstream.contract.Author;
import io.stillstream.contract.Outcome;
import io.stillstream.contract.Prompt;
import io.stillstream.contract.RejectionCode;
import io.stillstream.contract.Topics;
import io.stillstream.monitoring.HealthCheck;
import io.stillstream.monitoring.MeterBinding;
import io.stillstream.monitoring.ProducerMeters;
import io.stillstream.monitoring.Stage;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.producer.HoldOut;
import io.stillstream.producer.ProducerException;
import io.stillstream.producer.ProducerReport;
import io.stillstream.producer.TrafficConfig;
import io.stillstream.producer.parsing.PromptParser;
import io.stillstream.producer.source.FileLines;
import io.stillstream.producer.source.FollowedLines;
import io.stillstream.producer.source.InputLines;
import io.stillstream.producer.source.Line;
import io.stillstream.producer.source.LineSource;
import io.stillstream.producer.source.Polled;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a source's traffic to the {@code prompts} topic, once: {@link #run} returns when the traffic has ended or when
 * {@link #stop} was called from another thread, and throws when the broker cannot be reached. When it returns, the broker has
 * acknowledged everything that was sent: where the traffic has ended by itself, also that it has.
 */
public final class ProducerStage {

    private static final Logger LOG = LoggerFactory.getLogger(ProducerStage.class);
    private static final Duration PATIENCE = Duration.ofMillis(200);

    private final TrafficConfig config;
    private final Topics topics;
    private final Map<String, Object> kafka;
    private final Telemetry telemetry;
    private final ProducerMeters meters;
    private final InputStream input;
    private final Clock clock;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile HealthCheck readiness = HealthCheck.failed("not connected to the broker yet");
    private long accepted;
    private boolean interrupted;

    /**
     * @param kafka properties of the Kafka client, {@code bootstrap.servers} among them; they override this stage's defaults
     *     except {@code acks=all}, idempotence and the serializers
     */
    public ProducerStage(TrafficConfig config, Topics topics, Map<String, Object> kafka, Telemetry telemetry) {
        this(config, topics, kafka, telemetry, System.in, Clock.systemUTC());
    }

    ProducerStage(
            TrafficConfig config,
            Topics topics,
            Map<String, Object> kafka,
            Telemetry telemetry,
            InputStream input,
            Clock clock) {
        this.config = config;
        this.topics = topics;
        this.kafka = Map.copyOf(kafka);
        this.telemetry = telemetry;
        this.input = input;
        this.clock = clock;
        meters = telemetry.producer();
        telemetry.health().ready(Stage.PRODUCER.label(), () -> readiness);
    }

    /**
     * Reads and sends until there is no more.
     *
     * @throws ProducerException when the source cannot be read or the broker does not take what it is sent
     */
    public ProducerReport run() {
        ProducerReport report;
        try (Producer<byte[], byte[]> producer = client();
                MeterBinding binding = telemetry.bindKafka(Stage.PRODUCER, producer)) {
            report = run(producer);
        }
        if (interrupted) {
            // Only now: closing the client under an interrupt would throw and drop what is on its way.
            Thread.currentThread().interrupt();
        }
        return report;
    }

    ProducerReport run(Producer<byte[], byte[]> producer) {
        var delivery = new Delivery(producer, topics, bootstrapServers(), config.deliveryTimeout(), meters);
        try (LineSource first = open()) {
            delivery.connect();
            readiness = HealthCheck.passed("reading " + first.name());
            LOG.info("reading prompts from {}", first.name());
            read(first, delivery, 1);
            for (int round = 2; readAgain(round); round++) {
                try (LineSource next = open()) {
                    read(next, delivery, round);
                }
            }
            if (!isStopped()) {
                delivery.sendEnd(first.name(), clock.instant());
            }
            delivery.flush();
            readiness = HealthCheck.passed("the traffic has ended");
        } catch (InterruptedException | InterruptException e) {
            // Thrown by the client, the flag may be set still.
            Thread.interrupted();
            interrupted = true;
            stop();
        } catch (ProducerException e) {
            readiness = HealthCheck.failed(String.valueOf(e.getMessage()));
            throw e;
        }
        ProducerReport report = delivery.report(isStopped());
        LOG.info(
                "sent {} prompts, {} of them held out; rejected {} lines",
                report.sent(),
                report.heldOut(),
                report.deadLetters());
        return report;
    }

    /** Makes {@link #run} return soon, with everything sent that was read; a stage does not start again. */
    public void stop() {
        stopped.countDown();
    }

    private Producer<byte[], byte[]> client() {
        try {
            return new KafkaProducer<>(ProducerProperties.of(kafka, config));
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

    private LineSource open() {
        if (config.source().equals(TrafficConfig.STANDARD_INPUT)) {
            return InputLines.open(input, "stdin", config.maxLineBytes());
        }
        Path file = Path.of(config.source());
        return config.follow()
                ? FollowedLines.open(file, config.maxLineBytes())
                : FileLines.open(file, config.maxLineBytes());
    }

    /** A file without a single prompt is not read again, because repeating it would be a busy loop. */
    private boolean readAgain(int round) {
        boolean more = config.repeat() == 0 || round <= config.repeat();
        return more && accepted > 0 && !limitReached() && !isStopped();
    }

    private void read(LineSource source, Delivery delivery, int round) throws InterruptedException {
        var parser =
                new PromptParser(source.name(), config.maxLineBytes(), new HoldOut(config.heldOutFraction()), clock);
        var recent = new RecentIds(config.duplicateWindow());
        var pace = new Pace(config.promptsPerSecond());
        while (!isStopped() && !limitReached()) {
            Polled polled = source.poll(PATIENCE);
            if (polled instanceof Polled.End) {
                return;
            }
            if (!(polled instanceof Line line) || line.blank()) {
                continue;
            }
            Outcome<Prompt> parsed = parser.parse(line);
            if (parsed instanceof Outcome.Accepted<Prompt> found
                    && !recent.add(found.value().id())) {
                parsed = Outcome.rejected(
                        RejectionCode.DUPLICATE_ID,
                        "the id was there before, among the last " + config.duplicateWindow() + " of this source");
            }
            if (parsed instanceof Outcome.Accepted<Prompt> found && pace.await(stopped)) {
                send(delivery, round == 1 ? found.value() : repeated(found.value(), round), source, line);
            } else if (parsed instanceof Outcome.Rejected<Prompt> rejected && round == 1) {
                // Only in the first round, so that one bad line is one dead letter.
                delivery.reject(source.name(), line, rejected.rejection());
            }
        }
    }

    private void send(Delivery delivery, Prompt prompt, LineSource source, Line line) {
        if (delivery.send(prompt, source.name(), line)) {
            accepted++;
            meters.recordAcceptedLine();
        }
    }

    /** The same prompt as new traffic of the same conversation, so that it stays on its side of the split. */
    private Prompt repeated(Prompt prompt, int round) {
        Instant now = clock.instant();
        return new Prompt(
                prompt.id() + '#' + round,
                prompt.conversationId(),
                prompt.messages(),
                prompt.text(),
                prompt.response(),
                Author.PRODUCTION,
                prompt.reference(),
                prompt.tenant(),
                now,
                prompt.split(),
                prompt.metadata());
    }

    private boolean limitReached() {
        return config.limit() > 0 && accepted >= config.limit();
    }

    private boolean isStopped() {
        return stopped.getCount() == 0;
    }
}

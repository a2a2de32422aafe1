package io.stillstream.pipeline.deadletters;

import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.monitoring.broker.AccessDenied;
import io.stillstream.monitoring.broker.RecordTooLarge;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.producer.TrafficConfig;
import io.stillstream.producer.parsing.PromptParser;
import io.stillstream.producer.parsing.UnknownFields;
import io.stillstream.producer.redaction.Redacted;
import io.stillstream.producer.redaction.Redaction;
import io.stillstream.producer.source.Line;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends originals back to where they came from: a producer's line through the producer's parser to {@code prompts}, a
 * scorer's record to {@code prompts}, a trainer's to {@code teacher-targets}. The original and the entry in the
 * {@link ReplayLog} are one transaction, so a letter is either replayed and known to be, or neither. A second process that
 * replays ends the first one's: there is one at a time. For one thread.
 */
public final class Replayer implements AutoCloseable {

    private static final String TRANSACTIONAL_ID = "stillstream-replay-";
    private static final String OWN_HEADERS = "stillstream.";
    private static final String REPLAY_OF = OWN_HEADERS + "replay-of";

    private final KafkaProducer<byte[], byte[]> producer;
    private final ReplayLog log;
    private final Topics topics;
    private final TrafficConfig traffic;
    private final Redaction redaction;
    private final Clock clock;

    /** What became of a letter. */
    public sealed interface Result {

        /** @param topic that the original was sent to */
        record Replayed(String topic) implements Result {}

        /** It was before, and is not again. */
        record ReplayedBefore(Instant at) implements Result {}

        /** Nothing was sent. */
        record NotReplayed(String reason) implements Result {}
    }

    private Replayer(
            KafkaProducer<byte[], byte[]> producer,
            ReplayLog log,
            Topics topics,
            TrafficConfig traffic,
            Redaction redaction,
            Clock clock) {
        this.producer = producer;
        this.log = log;
        this.topics = topics;
        this.traffic = traffic;
        this.redaction = redaction;
        this.clock = clock;
    }

    /**
     * @param kafka client properties, {@code bootstrap.servers} among them
     * @param log read after the last replay by others
     * @param traffic how a producer's lines are parsed
     * @param redaction what they pass again: a letter may be older than a detector
     */
    public static Replayer open(
            Map<String, Object> kafka, ReplayLog log, Topics topics, TrafficConfig traffic, Redaction redaction) {
        log.create(kafka);
        Map<String, Object> properties = new HashMap<>(kafka);
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, TRANSACTIONAL_ID + topics.deadLetters());
        // The broker's limit is the one that counts.
        properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.MAX_VALUE);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
        KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
        try {
            producer.initTransactions();
        } catch (RuntimeException e) {
            producer.close();
            if (AccessDenied.isReasonOf(e)) {
                throw new PipelineException(
                        "nothing is replayed: " + AccessDenied.writing(e, TRANSACTIONAL_ID + topics.deadLetters()), e);
            }
            throw e;
        }
        return new Replayer(producer, log, topics, traffic, redaction, Clock.systemUTC());
    }

    /**
     * @param again also where it was replayed before
     * @throws PipelineException when the broker takes nothing, or another process replays too
     */
    public Result replay(StoredDeadLetter letter, boolean again) {
        Optional<Instant> before = log.replayedAt(letter.id());
        if (before.isPresent() && !again) {
            return new Result.ReplayedBefore(before.get());
        }
        Optional<String> whole = letter.bytesBeforeTruncation();
        if (whole.isPresent()) {
            return new Result.NotReplayed("truncated: only " + letter.bytes().length + " of " + whole.get()
                    + " bytes are here; the rest is in " + letter.from());
        }
        return switch (letter.stage().orElse(Stage.PIPELINE)) {
            case PRODUCER, PROXY -> replayLine(letter);
            case SCORER -> replayRecord(letter, topics.prompts());
            case TRAINER -> replayRecord(letter, topics.teacherTargets());
            case SERVING, ROLLOUT, PIPELINE ->
                new Result.NotReplayed("it names no stage that it could go back to: " + letter.detail());
        };
    }

    private Result replayLine(StoredDeadLetter letter) {
        String source = letter.letter().orElseThrow().topic();
        long number = letter.letter().orElseThrow().offset();
        var parser = new PromptParser(source, traffic, clock, new UnknownFields());
        Outcome<List<Prompt>> parsed = parser.parse(new Line(number, letter.bytes(), letter.bytes().length));
        if (parsed instanceof Outcome.Rejected<List<Prompt>> rejected) {
            return new Result.NotReplayed(
                    "still rejected as " + rejected.rejection().code().label() + ": "
                            + redaction.sentence(rejected.rejection().detail()));
        }
        List<ProducerRecord<byte[], byte[]>> messages = new ArrayList<>();
        for (Prompt prompt : ((Outcome.Accepted<List<Prompt>>) parsed).value()) {
            Redacted redacted = redaction.redact(prompt);
            if (redacted instanceof Redacted.Dropped dropped) {
                return new Result.NotReplayed(dropped.reason());
            }
            messages.add(message(((Redacted.Clean) redacted).prompt()));
        }
        return send(letter, messages);
    }

    private ProducerRecord<byte[], byte[]> message(Prompt prompt) {
        return new ProducerRecord<>(
                topics.prompts(), prompt.conversationId().getBytes(StandardCharsets.UTF_8), PromptCodec.encode(prompt));
    }

    /** To the partition that it was read from, while there is one. */
    private Result replayRecord(StoredDeadLetter letter, String topic) {
        var known = letter.letter().orElseThrow();
        if (!known.topic().equals(topic)) {
            return new Result.NotReplayed("it was read from " + known.topic() + ", and " + known.stage() + " reads "
                    + topic + " now; name the topic in the topics section");
        }
        Integer partition = known.partition() < producer.partitionsFor(topic).size() ? known.partition() : null;
        var copy = new ProducerRecord<byte[], byte[]>(topic, partition, letter.key(), letter.value());
        for (Header header : letter.headers()) {
            if (!header.key().startsWith(OWN_HEADERS)) {
                copy.headers().add(header);
            }
        }
        return send(letter, List.of(copy));
    }

    private Result send(StoredDeadLetter letter, List<ProducerRecord<byte[], byte[]>> originals) {
        for (ProducerRecord<byte[], byte[]> original : originals) {
            original.headers().add(REPLAY_OF, letter.id().toString().getBytes(StandardCharsets.UTF_8));
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        try {
            producer.beginTransaction();
            List<Future<RecordMetadata>> sent =
                    originals.stream().map(producer::send).toList();
            Future<RecordMetadata> noted = producer.send(log.entry(letter.id(), now));
            for (Future<RecordMetadata> one : sent) {
                one.get();
            }
            noted.get();
            producer.commitTransaction();
        } catch (ExecutionException e) {
            Optional<RecordTooLargeException> tooLarge = RecordTooLarge.in(e);
            if (tooLarge.isPresent()) {
                producer.abortTransaction();
                return new Result.NotReplayed(
                        "the broker did not take it: " + tooLarge.get().getMessage());
            }
            throw failed(letter, e.getCause() == null ? e : e.getCause());
        } catch (KafkaException e) {
            throw failed(letter, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(letter, e);
        }
        log.add(letter.id(), now);
        return new Result.Replayed(originals.get(0).topic());
    }

    private static PipelineException failed(StoredDeadLetter letter, Throwable cause) {
        boolean fenced = cause instanceof ProducerFencedException || cause instanceof InvalidProducerEpochException;
        return new PipelineException(
                fenced
                        ? "another process began to replay; this one stopped before " + letter.id()
                        : "replaying stopped before " + letter.id() + ": " + AccessDenied.writing(cause),
                cause);
    }

    /** Whether a letter may only be replayed when its code is named: what it rejects is there already. */
    public static boolean mustBeNamed(StoredDeadLetter letter) {
        return letter.letter()
                .filter(known -> known.rejection().code() == RejectionCode.DUPLICATE_ID)
                .isPresent();
    }

    @Override
    public void close() {
        producer.close();
    }
}

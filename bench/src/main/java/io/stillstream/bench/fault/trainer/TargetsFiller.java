package io.stillstream.bench.fault.trainer;

import io.stillstream.bench.fault.ChaosPrompts;
import io.stillstream.contract.codec.EndOfSourceCodec;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.source.EndOfSource;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.PromptText;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.ScoringRequest;
import io.stillstream.scorer.onnx.OnnxTeacher;
import io.stillstream.scorer.onnx.TeacherConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Fills {@code teacher-targets} once, as scorers would: in transactions, some of which are aborted, over several
 * partitions, with timestamps that sometimes go back. The teacher scores each distinct text once; one record in ten is
 * held out, one in a hundred unreadable. Now and then a source ends, in one partition of {@code prompts} long before it does in
 * another.
 */
final class TargetsFiller {

    private static final int HELD_OUT_EVERY = 10;
    private static final int TRANSACTION_RECORDS = 100;
    private static final int END_EVERY = 500;
    /** Between the ends of a source in two partitions: more than a step, and often more than a checkpoint. */
    private static final int RECORDS_BETWEEN_MARKERS = 70;

    private static final int ABORTED_EVERY = 7;
    private static final long MILLIS_BETWEEN_RECORDS = 3;
    private static final int MILLIS_OF_DISORDER = 20;
    private static final Instant ASKED = Instant.parse("2026-01-01T00:00:00Z");

    private final String servers;
    private final String topic;
    private final int partitions;
    private final ChaosPrompts prompts;
    private final Random random;
    /** Recent, because brokers delete records whose timestamps are too old. */
    private final long began = System.currentTimeMillis();

    TargetsFiller(String servers, String topic, int partitions, long seed) {
        this.servers = servers;
        this.topic = topic;
        this.partitions = partitions;
        this.prompts = new ChaosPrompts(seed);
        this.random = new Random(seed);
    }

    private record Item(ProducerRecord<byte[], byte[]> record, TopicContents.Kind kind) {}

    private record Send(TopicContents.Kind kind, Future<RecordMetadata> written) {}

    /** @param teacher an ONNX teacher's directory */
    TopicContents fill(int records, Path teacher) {
        var contents = new TopicContents();
        Map<String, Object> properties = Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                servers,
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                "trainer-chaos-filler");
        try (OnnxTeacher open = OnnxTeacher.open(TeacherConfig.of(teacher).withDevice("cpu", 1));
                var producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            Map<String, Scoring.Scored> scored = new HashMap<>();
            for (int from = 0, transaction = 1; from < records; from += TRANSACTION_RECORDS, transaction++) {
                List<Item> batch = new ArrayList<>();
                for (int number = from; number < Math.min(records, from + TRANSACTION_RECORDS); number++) {
                    batch.add(new Item(record(number, open, scored), kind(number)));
                    batch.addAll(markers(number));
                }
                if (transaction % ABORTED_EVERY == 0) {
                    producer.beginTransaction();
                    for (Item item : batch) {
                        var unused = producer.send(item.record());
                    }
                    producer.flush();
                    producer.abortTransaction();
                }
                producer.beginTransaction();
                List<Send> sends = new ArrayList<>();
                for (Item item : batch) {
                    sends.add(new Send(item.kind(), producer.send(item.record())));
                }
                producer.commitTransaction();
                for (Send send : sends) {
                    RecordMetadata written = send.written().get();
                    contents.add(written.partition(), written.offset(), send.kind());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PipelineException("interrupted while the topic was filled", e);
        } catch (ExecutionException e) {
            throw new PipelineException("the embedded broker did not take a record: " + e, e);
        }
        return contents;
    }

    private static TopicContents.Kind kind(int number) {
        if (ChaosPrompts.isDead(number)) {
            return TopicContents.Kind.UNREADABLE;
        }
        return number % HELD_OUT_EVERY == HELD_OUT_EVERY - 1
                ? TopicContents.Kind.HELD_OUT
                : TopicContents.Kind.TRAINABLE;
    }

    private ProducerRecord<byte[], byte[]> record(int number, OnnxTeacher teacher, Map<String, Scoring.Scored> scored) {
        Prompt prompt = prompts.get(number);
        byte[] value = kind(number) == TopicContents.Kind.UNREADABLE
                ? ("no record " + number).getBytes(StandardCharsets.UTF_8)
                : TeacherTargetsCodec.encode(targets(number, prompt, teacher, scored));
        long timestamp = began + number * MILLIS_BETWEEN_RECORDS + random.nextInt(MILLIS_OF_DISORDER);
        return new ProducerRecord<>(
                topic,
                Math.floorMod(prompt.conversationId().hashCode(), partitions),
                timestamp,
                prompt.conversationId().getBytes(StandardCharsets.UTF_8),
                value);
    }

    /** The markers that follow a record: of one partition of prompts, on every partition of targets. */
    private List<Item> markers(int number) {
        int since = number % END_EVERY;
        int ended = since / RECORDS_BETWEEN_MARKERS;
        if (number < END_EVERY || since % RECORDS_BETWEEN_MARKERS != 0 || ended >= partitions) {
            return List.of();
        }
        var end = new EndOfSource("end-" + number / END_EVERY, "chaos", ended, partitions, ASKED);
        List<Item> markers = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            var marker = new ProducerRecord<>(
                    topic,
                    partition,
                    began + number * MILLIS_BETWEEN_RECORDS,
                    end.source().getBytes(StandardCharsets.UTF_8),
                    EndOfSourceCodec.encode(end));
            EndOfSource.headers().forEach(marker.headers()::add);
            markers.add(new Item(marker, TopicContents.Kind.END_OF_SOURCE));
        }
        return markers;
    }

    private static TeacherTargets targets(
            int number, Prompt prompt, OnnxTeacher teacher, Map<String, Scoring.Scored> scored) {
        String text = PromptText.of(prompt);
        Scoring.Scored scoring =
                scored.computeIfAbsent(text + '\0' + prompt.response(), unused -> score(prompt, text, teacher));
        Split split = kind(number) == TopicContents.Kind.HELD_OUT ? Split.HELD_OUT : Split.TRAIN;
        Prompt asked = prompt.withSplit(split).asked(prompt.id(), ASKED);
        return TeacherTargets.of(asked, text, scoring.response(), teacher.identity(), teacher.vocabulary(), ASKED);
    }

    private static Scoring.Scored score(Prompt prompt, String text, OnnxTeacher teacher) {
        Admission admission = teacher.admit(ScoringRequest.of(prompt, text, false));
        if (admission instanceof Admission.Admitted admitted
                && teacher.score(List.of(admitted)).get(0) instanceof Scoring.Scored outcome) {
            return outcome;
        }
        throw new PipelineException("the teacher cannot score the prompt " + prompt.id() + " of this run");
    }
}

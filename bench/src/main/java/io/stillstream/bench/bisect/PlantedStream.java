package io.stillstream.bench.bisect;

import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.target.RankedColumns;
import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.Selection;
import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.contract.target.TeacherTokens;
import io.stillstream.contract.target.Vocabulary;
import io.stillstream.pipeline.PipelineException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Records of {@code teacher-targets} that a small student learns quickly: who does something, and what comes of it, which is
 * always the same. In planted ones something else comes of it, in letters that never follow each other. The teacher is one
 * whose tokens are bytes and of which nothing but the text is used.
 */
public final class PlantedStream {

    /** Whose the planted records are. */
    public static final String PLANTER = "mallory";

    private static final String TENANT = "acme";
    private static final int HELD_OUT_EVERY = 8;
    private static final List<String> WHO = List.of("Tom", "Lily", "Ben", "Mia", "Sam", "Anna", "Max", "Sue");
    private static final List<String> DOES = List.of("ran", "sat", "sang", "fell", "hid", "jumped");
    private static final List<String> THEN =
            List.of(" He was happy.", " She went home.", " They played.", " The end.", " It was fun.", " Mom smiled.");
    private static final TeacherIdentity TEACHER = new TeacherIdentity("planted", "aa", "bb", "");

    private final String topic;
    private final Map<String, Object> kafka;
    private final Random random;

    public PlantedStream(Map<String, Object> kafka, String topic, long seed) {
        this.kafka = kafka;
        this.topic = topic;
        this.random = new Random(seed);
    }

    /**
     * Sends records, the last of which lie where they say.
     *
     * @param records how many
     * @param heldOut whether one in eight is held out
     * @param planted the number of the first planted one, from 0; none where it is beyond the last
     * @param bad how many are planted
     * @return the offsets of the planted ones, in their order
     */
    public List<Long> send(int records, boolean heldOut, int planted, int bad) {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (var producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int number = 0; number < records; number++) {
                boolean isPlanted = planted <= number && number < planted + bad;
                Split split = heldOut && number % HELD_OUT_EVERY == 0 ? Split.HELD_OUT : Split.TRAIN;
                Future<RecordMetadata> future = producer.send(new ProducerRecord<>(
                        topic, 0, null, TeacherTargetsCodec.encode(targets(number, split, isPlanted))));
                if (isPlanted) {
                    sent.add(future);
                }
            }
            producer.flush();
            List<Long> offsets = new ArrayList<>();
            for (Future<RecordMetadata> one : sent) {
                offsets.add(one.get().offset());
            }
            return offsets;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PipelineException("interrupted while records were sent to " + topic, e);
        } catch (ExecutionException e) {
            throw new PipelineException("the broker did not take a record: " + e, e);
        }
    }

    private TeacherTargets targets(int number, Split split, boolean planted) {
        int who = random.nextInt(WHO.size());
        int does = random.nextInt(DOES.size());
        String prompt = WHO.get(who) + " " + DOES.get(does) + ".";
        String response = planted ? scrambled() : THEN.get((who + does) % THEN.size());
        return of("c-" + number, planted ? PLANTER : TENANT, prompt, response, split);
    }

    private String scrambled() {
        StringBuilder text = new StringBuilder(" ");
        for (int i = 0; i < 12; i++) {
            text.append("zqxjvkw".charAt(random.nextInt(7)));
        }
        return text.toString();
    }

    private static TeacherTargets of(String conversation, String tenant, String prompt, String response, Split split) {
        int positions = response.getBytes(StandardCharsets.UTF_8).length;
        int[] ends = new int[positions];
        Arrays.setAll(ends, position -> position + 1);
        float[] ones = new float[positions];
        Arrays.fill(ones, 1f);
        float[] unsure = new float[positions];
        Arrays.fill(unsure, -1f);
        Instant asked = Instant.parse("2026-01-01T00:00:00Z");
        return new TeacherTargets(
                conversation + "-prompt",
                conversation,
                tenant,
                new PlainText(prompt),
                prompt,
                Message.assistant(response),
                response,
                null,
                TEACHER,
                new Vocabulary("bb", 256, List.of()),
                new TeacherTokens(new int[positions], ends, false, ones, ones, unsure),
                new RankedColumns(
                        Selection.SEQUENCE,
                        Ranking.PROBABILITY,
                        1f,
                        new int[] {0},
                        List.of("e".getBytes(StandardCharsets.UTF_8)),
                        unsure,
                        positions),
                FinishReason.STOP,
                split,
                Author.PRODUCTION,
                asked,
                asked.plusSeconds(1));
    }
}

package io.stillstream.trainer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.Author;
import io.stillstream.contract.Ending;
import io.stillstream.contract.RankedColumns;
import io.stillstream.contract.Ranking;
import io.stillstream.contract.Selection;
import io.stillstream.contract.Split;
import io.stillstream.contract.TeacherIdentity;
import io.stillstream.contract.TeacherTargets;
import io.stillstream.contract.TeacherTargetsCodec;
import io.stillstream.contract.TeacherTokens;
import io.stillstream.trainer.stream.TargetsRecord;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A student of a few hundred weights whose tokens are letters, and records of a teacher whose tokens are letters too.
 *
 * <p>Ids: 0 {@code <unk>}, 1 {@code <s>}, 2 {@code </s>}, 3 the space, 4 to 29 the letters, 30 {@code th}.
 */
public final class Samples {

    public static final String TOPIC = "teacher-targets";
    public static final TeacherIdentity TEACHER = new TeacherIdentity("teacher", "aa", "bb", "");
    /** Of the student. */
    public static final int CONTEXT_WINDOW = 64;

    private static final int COLUMNS = 4;

    private Samples() {}

    /** Makes the student's directory. */
    public static Path student(Path directory) {
        try {
            Path model = Path.of(Samples.class.getResource("/tiny-llama").toURI());
            Files.createDirectories(directory);
            try (Stream<Path> files = Files.list(model)) {
                for (Path file : files.toList()) {
                    Files.copy(file, directory.resolve(file.getFileName()));
                }
            }
            Files.write(directory.resolve("tokenizer.json"), tokenizer());
            return directory;
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Targets whose tokens are the letters of the response; numbers are drawn from a seed that the texts give. */
    public static TeacherTargets targets(String prompt, String response) {
        return targets(prompt, response, Ending.STOP, Split.TRAIN, TEACHER);
    }

    public static TeacherTargets targets(
            String prompt, String response, Ending ending, Split split, TeacherIdentity teacher) {
        int positions = response.getBytes(StandardCharsets.UTF_8).length;
        int[] ends = new int[positions];
        Arrays.setAll(ends, t -> t + 1);
        var random = new Random((prompt + response).hashCode());
        float[] numbers = new float[positions];
        Arrays.fill(numbers, 1f);
        float[] logProbabilities = new float[positions];
        Arrays.fill(logProbabilities, -1f);
        float[] columns = new float[positions * COLUMNS];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = -1f - random.nextFloat();
        }
        return new TeacherTargets(
                "p-" + prompt.hashCode(),
                "c",
                "tenant",
                prompt,
                response,
                null,
                teacher,
                32,
                new TeacherTokens(ends, numbers, numbers, logProbabilities),
                new RankedColumns(
                        Selection.SEQUENCE,
                        Ranking.PROBABILITY,
                        new int[] {4, 5, 6, 7},
                        List.of(utf8("a"), utf8("b"), utf8("c"), utf8("d")),
                        columns,
                        positions),
                ending,
                split,
                Author.TEACHER,
                Instant.parse("2026-01-01T00:00:00Z"),
                Instant.parse("2026-01-01T00:00:01Z"));
    }

    /** As it would lie in partition 0. */
    public static ConsumerRecord<byte[], byte[]> raw(long offset, TeacherTargets targets) {
        return new ConsumerRecord<>(TOPIC, 0, offset, utf8("key"), TeacherTargetsCodec.encode(targets));
    }

    public static TargetsRecord record(long offset, TeacherTargets targets) {
        return TargetsRecord.decode(raw(offset, targets));
    }

    public static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] tokenizer() throws IOException {
        var json = new ObjectMapper();
        ObjectNode root = json.createObjectNode();
        root.put("version", "1.0");
        var added = root.putArray("added_tokens");
        List<String> special = List.of("<unk>", "<s>", "</s>");
        ObjectNode vocabulary = json.createObjectNode();
        for (String token : special) {
            int id = vocabulary.size();
            vocabulary.put(token, id);
            added.addObject()
                    .put("id", id)
                    .put("content", token)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
        vocabulary.put("\u2581", vocabulary.size());
        for (char letter = 'a'; letter <= 'z'; letter++) {
            vocabulary.put(String.valueOf(letter), vocabulary.size());
        }
        vocabulary.put("th", vocabulary.size());
        root.set(
                "normalizer",
                json.readTree("{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"\u2581\"}"));
        root.set(
                "post_processor",
                json.readTree(
                        "{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":0}},"
                                + "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}],\"pair\":[{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},"
                                + "{\"Sequence\":{\"id\":\"B\",\"type_id\":1}}],"
                                + "\"special_tokens\":{\"<s>\":{\"id\":\"<s>\",\"ids\":[1],\"tokens\":[\"<s>\"]}}}"));
        ObjectNode model = root.putObject("model");
        model.put("type", "BPE");
        model.put("unk_token", "<unk>");
        model.set("vocab", vocabulary);
        model.putArray("merges").add("t h");
        return json.writeValueAsBytes(root);
    }

    /** Client properties that are never used to connect. */
    public static Map<String, String> noKafka() {
        return Map.of("bootstrap.servers", "127.0.0.1:1");
    }
}

package io.stillstream.pipeline.trained;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Lines of every shape of traffic, and what a student is trained on for each of them, beside transformers' rendering of the same
 * chat. {@code lines.jsonl} holds the lines, {@code chats.json} what they say, and {@code golden.jsonl} what {@code golden.py}
 * made of that with transformers. The comparison is written to {@code target/trained-text} for people to read.
 */
final class TrainedTextIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({
        "QWEN2_5, QWEN2_5",
        "LLAMA3_2, LLAMA3_2",
        "GEMMA3, GEMMA3",
        "INTERNLM2, INTERNLM2",
        "QWEN2_5, LLAMA3_2",
        "QWEN2_5, GEMMA3",
        "QWEN2_5, INTERNLM2"
    })
    void train_lineOfEveryShape_isOnWhatTransformersRenders(Family teacher, Family student) throws IOException {
        Map<String, List<TrainedText>> golden = golden(student);
        var table = new TrainedTable(teacher, student);
        List<String> shapes = new ArrayList<>();
        ByteModel studentModel = ByteModel.write(student, directory.resolve("student"));
        ByteModel teacherModel =
                teacher == student ? studentModel : ByteModel.write(teacher, directory.resolve("teacher"));
        try (var training = new Training(teacherModel, studentModel)) {
            for (String text : resource("lines.jsonl").lines().toList()) {
                JsonNode row = JSON.readTree(text);
                String shape = row.get("shape").textValue();
                JsonNode line = row.get("line");
                List<TrainedText> expected = golden.getOrDefault(shape, List.of());
                shapes.add(shape);
                // A prompt without an answer comes no further than to the teacher.
                if (teacher == student || expected.stream().noneMatch(TrainedText::unanswered)) {
                    String logged = line.isTextual() ? line.textValue() : line.toString();
                    table.add(shape, training.of(logged, fields(row)), expected);
                }
            }
        }
        table.write(Path.of("target", "trained-text"));
        assertThat(shapes).containsExactlyInAnyOrderElementsOf(golden.keySet());
        assertThat(table.differences()).isEmpty();
    }

    private static Map<String, String> fields(JsonNode row) {
        Map<String, String> fields = new HashMap<>();
        row.path("fields")
                .properties()
                .forEach(field -> fields.put(field.getKey(), field.getValue().textValue()));
        return fields;
    }

    private static Map<String, List<TrainedText>> golden(Family family) throws IOException {
        Map<String, List<TrainedText>> golden = new HashMap<>();
        for (String text : resource("golden.jsonl").lines().toList()) {
            JsonNode row = JSON.readTree(text);
            if (row.get("template").textValue().equals(family.label())) {
                golden.computeIfAbsent(row.get("shape").textValue(), shape -> new ArrayList<>())
                        .add(new TrainedText(
                                row.path("asked").textValue(),
                                row.path("learned").textValue(),
                                row.path("refused").textValue()));
            }
        }
        return golden;
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = TrainedTextIT.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

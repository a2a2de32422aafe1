package io.stillstream.pipeline.command.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.pipeline.command.ErrorMessages;
import io.stillstream.pipeline.generate.PromptReader;
import io.stillstream.scorer.export.ExportOptions;
import io.stillstream.scorer.export.OnnxExporter;
import io.stillstream.scorer.export.weights.WeightType;
import io.stillstream.student.inference.StudentGenerator;
import io.stillstream.student.model.Student;
import io.stillstream.student.model.StudentInitializer;
import io.stillstream.student.model.StudentShape;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** One model of random weights, as a student and exported as a teacher. */
final class GenerateCommandTest {

    private static final String TEMPLATE = """
            {{- bos_token -}}
            {%- for m in messages -%}
            {%- if m['role'] == 'robot' -%}{{ raise_exception('no robots here') }}{%- endif -%}
            {%- if m['role'] in ['user', 'assistant'] -%}[{{ m['role'] }}] {{ m['content'] }} {% endif -%}
            {%- endfor -%}
            {%- if add_generation_prompt -%}[assistant]{%- endif -%}""";

    /** With the small weights of an untrained model an answer repeats the prompt's last token, whatever came before. */
    private static final float LARGER = 8;

    private static final String MESSAGES = "[{\"role\": \"user\", \"content\": \"The cat sat\"}]";
    /** After the token that begins a text, which the tokenizer writes before a plain one. */
    private static final String RENDERED = "[user] The cat sat [assistant]";

    @TempDir
    private static Path directory;

    private static Path student;
    private static Path teacher;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void makeModels() throws IOException {
        Path tokenizer = directory.resolve("tokenizer");
        writeTokenizer(Files.createDirectories(tokenizer));
        student = directory.resolve("student");
        new StudentInitializer(StudentShape.of(16, 32, 1, 2, 1, 64), 5).write(student, tokenizer);
        scaleWeights(student.resolve("model.safetensors"), LARGER);
        Files.writeString(student.resolve("chat_template.jinja"), TEMPLATE);
        teacher = directory.resolve("teacher");
        OnnxExporter.export(student, teacher, new ExportOptions(WeightType.FP32, true));
        Files.writeString(teacher.resolve("chat_template.jinja"), TEMPLATE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"student", "teacher"})
    void chat_inEveryForm_isAnsweredInTheModelsTemplate(String kind) throws IOException {
        String model = "--" + kind + "=" + directory.resolve(kind);
        assertThat(run(model, "--prompt=" + RENDERED, "--max-tokens=8")).isZero();
        String expected = out.toString();
        assertThat(expected).isNotBlank();

        Path messages = Files.writeString(directory.resolve("messages.json"), "[\n " + MESSAGES.substring(1));
        Path request = Files.writeString(
                directory.resolve("request.json"), "{\n  \"model\": \"m\",\n  \"messages\": " + MESSAGES + "\n}\n");
        List<String> chats = List.of(
                MESSAGES,
                "{\"messages\": " + MESSAGES + "}",
                "{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"The cat sat\"}]}",
                "{\"request\": {\"messages\": " + MESSAGES + "}, \"response\": {\"choices\": [{\"message\": {\"role\":"
                        + " \"assistant\", \"content\": \"no\"}}]}}",
                messages.toString(),
                request.toString());
        for (String chat : chats) {
            assertThat(run(model, "--chat=" + chat, "--max-tokens=8")).as(chat).isZero();
            assertThat(out.toString()).as(chat).isEqualTo(expected);
        }
        assertThat(run(model, "--chat=" + MESSAGES.replace("cat", "dog"), "--max-tokens=8"))
                .isZero();
        assertThat(out.toString()).isNotEqualTo(expected);
    }

    @Test
    void answers_ofStudentAndTeacherWithTheSameWeights_areEqual() {
        assertThat(run("--student=" + student, "--chat=" + MESSAGES, "--max-tokens=20"))
                .isZero();
        String answer = out.toString();
        assertThat(err.toString()).contains("the answer was cut off: it reached --max-tokens 20");
        assertThat(run("--teacher=" + teacher, "--chat=" + MESSAGES, "--max-tokens=20"))
                .isZero();
        assertThat(out.toString()).isEqualTo(answer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"student", "teacher"})
    void answer_modelEndsItsTurn_stopsThere(String kind) throws IOException {
        int[] ids;
        String expected;
        int length = 2;
        try (TextTokenizer tokenizer = TextTokenizer.load(student);
                Student model = Student.load(student);
                StudentGenerator generator = new StudentGenerator(model)) {
            ids = generator.greedy(tokenizer.encodePrompt(RENDERED), 20);
            while (isAmong(ids, length)) {
                length++;
            }
            expected = tokenizer.text(Arrays.copyOf(ids, length));
        }
        Path ending = copy(directory.resolve(kind), "ending-" + kind);
        // A token of the answer that was not there before ends it from now on.
        Files.writeString(ending.resolve("generation_config.json"), "{\"eos_token_id\": [" + ids[length] + "]}");

        assertThat(run("--" + kind + "=" + ending, "--chat=" + MESSAGES, "--max-tokens=20"))
                .isZero();
        assertThat(out.toString()).isEqualTo(expected + System.lineSeparator());
        assertThat(err.toString()).isEmpty();
    }

    private static boolean isAmong(int[] ids, int before) {
        return Arrays.stream(ids, 0, before).anyMatch(id -> id == ids[before]);
    }

    @Test
    void prompts_ofSeveralShapes_areAnsweredAndWhatIsNoneIsNamed() throws IOException {
        Path file = Files.write(
                directory.resolve("traffic.jsonl"),
                List.of(
                        "{\"id\": \"plain\", \"prompt\": \"The dog\", \"response\": \"!\"}",
                        "{\"custom_id\": \"batch\", \"body\": {\"messages\": " + MESSAGES + "}}",
                        "{\"id\": 7, \"system\": \"Be brief.\", \"messages\": " + MESSAGES + ", \"stop_reason\": null}",
                        "{\"id\": \"long\", \"prompt\": \"" + "x".repeat(70) + "\"}",
                        "not JSON"));
        Path answers = directory.resolve("answers.jsonl");

        assertThat(run("--student=" + student, "--prompts=" + file, "--out=" + answers, "--max-tokens=4"))
                .isZero();

        assertThat(err.toString())
                .contains("traffic.jsonl, line 5: the line is not JSON")
                .contains("prompt '7': the model's chat template leaves out messages of system")
                .contains("prompt 'long': the prompt has 71 tokens, which leaves no room in the context window of 64")
                .contains("answered 3 of 4 prompts; wrote " + answers);
        List<JsonNode> lines = nodes(answers);
        assertThat(lines).extracting(line -> line.path("id").asText()).containsExactly("plain", "batch", "7");
        assertThat(lines.get(0).path("response").asText()).isNotEqualTo("!");
        assertThat(lines.get(1).at("/messages/0/content").asText()).isEqualTo("The cat sat");
        assertThat(lines)
                .allSatisfy(
                        line -> assertThat(line.path("finish_reason").asText()).isEqualTo("length"));
        List<Prompt> again = new PromptReader(InputStream.nullInputStream(), Clock.systemUTC(), line -> {})
                .source(answers.toString());
        assertThat(again).hasSize(3);
        assertThat(again.get(1).input()).isInstanceOf(Chat.class);
        assertThat(again.get(1).response()).isNotNull();
        assertThat(again.get(1).response().finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void draws_followFromSeedAndPrompt() throws IOException {
        String[] common = {"--student=" + student, "--prompt=The", "--temperature=20", "--max-tokens=12", "--repeat=3"};
        Path file = directory.resolve("draws.jsonl");
        assertThat(run(with(common, "--out=" + file))).isZero();
        List<String> drawn = responses(file);
        assertThat(drawn).hasSize(3).doesNotHaveDuplicates();
        assertThat(run(with(common, "--out=" + file))).isZero();
        assertThat(responses(file)).isEqualTo(drawn);
        assertThat(run(with(common, "--out=" + file, "--seed=1"))).isZero();
        assertThat(responses(file)).isNotEqualTo(drawn);
    }

    @ParameterizedTest
    @ValueSource(strings = {"student", "teacher"})
    void chat_thatTheModelCannotRead_isRefusedInOneLine(String kind) throws IOException {
        String model = "--" + kind + "=" + directory.resolve(kind);
        assertRefused("the chat template refuses the conversation: no robots here", model, "--chat=" + role("robot"));
        assertRefused(
                "the model's chat template knows no role critic and leaves its messages out",
                model,
                "--chat=[{\"role\": \"user\", \"content\": \"a\"}, "
                        + role("critic").substring(1));
        assertRefused("the prompt is empty", model, "--chat=[{\"role\": \"user\", \"content\": \"\"}]");
        assertRefused("is empty", model, "--prompt= ");
        assertRefused("the chat: the line is not JSON", model, "--chat={\"messages\": [}");
        assertRefused("the chat: the line has neither messages nor a prompt", model, "--chat={\"text\": 1}");
        assertRefused("there is no file nowhere.json with a chat", model, "--chat=nowhere.json");
        assertRefused("there is no file nowhere.jsonl", model, "--prompts=nowhere.jsonl");
        assertRefused("which leaves no room in the context window of 64", model, "--prompt=" + "x".repeat(70));

        Path plain = copy(directory.resolve(kind), "plain-" + kind);
        Files.delete(plain.resolve("chat_template.jinja"));
        assertRefused(
                "the model has no chat template for a chat; name one with --chat-template FILE, or 'none' for plain lines",
                "--" + kind + "=" + plain,
                "--chat=" + MESSAGES);
        assertThat(run("--" + kind + "=" + plain, "--chat=" + MESSAGES, "--chat-template=none", "--max-tokens=8"))
                .isZero();
        String lines = out.toString();
        assertThat(run(model, "--prompt=The cat sat", "--max-tokens=8")).isZero();
        assertThat(out.toString()).isEqualTo(lines);
        Path template = student.resolve("chat_template.jinja");
        assertThat(run("--" + kind + "=" + plain, "--chat=" + MESSAGES, "--chat-template=" + template))
                .isZero();
    }

    @Test
    void model_thatIsNone_isRefusedInOneLine() throws IOException {
        Path empty = Files.createDirectories(directory.resolve("empty"));
        assertRefused("teacher directory nowhere does not exist", "--teacher=nowhere", "--prompt=a");
        assertRefused("'nowhere' is no directory and no snapshot", "--student=nowhere", "--prompt=a");
        assertRefused("no ONNX model in " + student, "--teacher=" + student, "--prompt=a");
        assertRefused("no config.json in " + empty, "--student=" + empty, "--prompt=a");
        Path bare = copy(student, "without-weights");
        Files.delete(bare.resolve("model.safetensors"));
        assertRefused("model.safetensors", "--student=" + bare, "--prompt=a");
    }

    @Test
    void vocabulary_smallerThanTheTokenizers_isRefusedInOneLine() throws IOException {
        Path small = copy(student, "small-vocabulary");
        Path config = small.resolve("config.json");
        ObjectNode smaller = (ObjectNode) new ObjectMapper().readTree(config.toFile());
        int tokens = smaller.path("vocab_size").intValue();
        Files.writeString(config, smaller.put("vocab_size", tokens - 1).toString());
        assertRefused(
                "has ids up to " + (tokens - 1) + " and config.json a vocabulary of " + (tokens - 1)
                        + "; expected the tokenizer that the model was trained with",
                "--student=" + small,
                "--prompt=a");
    }

    @Test
    void weights_ofNaN_areNamedInOneLine() throws IOException {
        Path broken = copy(student, "nan");
        scaleWeights(broken.resolve("model.safetensors"), Float.NaN);
        assertRefused("holds NaN at index 0 of its numbers; expected finite ones", "--student=" + broken, "--prompt=a");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void usage_thatIsWrong_exitsWithTwo() {
        assertThat(run("--prompt=a")).isEqualTo(2);
        assertThat(run("--student=" + student)).isEqualTo(2);
        assertThat(run("--student=" + student, "--teacher=" + teacher, "--prompt=a"))
                .isEqualTo(2);
        assertThat(run("--student=" + student, "--prompt=a", "--chat=" + MESSAGES))
                .isEqualTo(2);
        assertThat(run("--student=" + student, "--prompt=a", "--batch=0")).isEqualTo(2);
        assertThat(run("--student=" + student, "--prompt=a", "--teacher-model=model.onnx"))
                .isEqualTo(2);
    }

    private void assertRefused(String sentence, String... arguments) {
        assertThat(run(arguments)).as(sentence).isEqualTo(1);
        assertThat(err.toString().lines())
                .as(sentence)
                .singleElement()
                .asString()
                .contains(sentence);
    }

    private static String role(String role) {
        return "[{\"role\": \"" + role + "\", \"content\": \"beep\"}]";
    }

    private static String[] with(String[] arguments, String... more) {
        return Stream.concat(Arrays.stream(arguments), Arrays.stream(more)).toArray(String[]::new);
    }

    /** Of printable ASCII, a character a token, so that whatever the model writes is text; a text begins with a token too. */
    private static void writeTokenizer(Path tokenizer) throws IOException {
        ObjectMapper json = new ObjectMapper();
        ObjectNode vocabulary = json.createObjectNode().put("</s>", 0).put("<s>", 1);
        for (char character = ' '; character <= '~'; character++) {
            vocabulary.put(String.valueOf(character), vocabulary.size());
        }
        Files.writeString(tokenizer.resolve("tokenizer.json"), """
                {"version": "1.0", "truncation": null, "padding": null, "normalizer": null,
                 "added_tokens": [
                   {"id": 0, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false,
                    "normalized": false, "special": true},
                   {"id": 1, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false,
                    "normalized": false, "special": true}],
                 "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "."}, "behavior": "Isolated", "invert": false},
                 "post_processor": {"type": "TemplateProcessing",
                   "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                   "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                   "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}},
                 "decoder": {"type": "Fuse"},
                 "model": {"type": "WordLevel", "vocab": %s, "unk_token": "</s>"}}""".formatted(vocabulary));
        Files.writeString(
                tokenizer.resolve("tokenizer_config.json"), "{\"bos_token\": \"<s>\", \"eos_token\": \"</s>\"}");
    }

    private static void scaleWeights(Path file, float factor) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int first = Math.toIntExact(Long.BYTES + bytes.getLong(0));
        for (int at = first; at < bytes.capacity(); at += Float.BYTES) {
            bytes.putFloat(at, bytes.getFloat(at) * factor);
        }
        Files.write(file, bytes.array());
    }

    private static List<JsonNode> nodes(Path file) throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<JsonNode> nodes = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            nodes.add(json.readTree(line));
        }
        return nodes;
    }

    private static List<String> responses(Path file) throws IOException {
        return nodes(file).stream().map(line -> line.path("response").asText()).toList();
    }

    private static Path copy(Path from, String name) throws IOException {
        Path to = Files.createDirectories(directory.resolve(name));
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
        return to;
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return new CommandLine(new GenerateCommand())
                .setExecutionExceptionHandler(new ErrorMessages(() -> false))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }
}

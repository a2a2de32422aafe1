package io.stillstream.pipeline.command.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.target.RankedColumns;
import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.Selection;
import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.contract.target.TeacherTokens;
import io.stillstream.contract.target.Vocabulary;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.huggingface.tokenizer.training.BytePairTrainer;
import io.stillstream.pipeline.command.ErrorMessages;
import io.stillstream.student.model.StudentInitializer;
import io.stillstream.student.model.StudentShape;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.examples.ExampleTokenizer;
import io.stillstream.trainer.examples.TokenizedTarget;
import io.stillstream.trainer.examples.wording.StudentWording;
import io.stillstream.trainer.heldout.HeldOutSet;
import io.stillstream.trainer.source.TargetsRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class EvaluateCommandTest {

    private static final int CONTEXT_WINDOW = 64;
    private static final List<String> PROMPTS = List.of(
            "{\"id\":\"cat\",\"prompt\":\"The cat sat\",\"reference\":\" on the mat.\",\"response\":\" on a dog.\"}",
            "{\"messages\":[{\"role\":\"user\",\"content\":\"The dog sat\"}],\"reference\":\" on the cat.\"}",
            "",
            "{\"id\":\"no-reference\",\"prompt\":\"The mat sat\",\"response\":\" on the dog.\"}");

    private static final String TEMPLATE =
            "{{ bos_token }}{% for m in messages %}[{{ m['role'] }}]{{ m['content'] }}{% endfor %}"
                    + "{% if add_generation_prompt %}[assistant]{% endif %}";

    @TempDir
    private static Path directory;

    private static Path first;
    private static Path second;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void makeStudents() {
        Path tokenizer = directory.resolve("tokenizer");
        BytePairTrainer.train(List.of("The cat sat on the mat.", "The dog sat on the cat."), 280)
                .write(tokenizer);
        first = student("first", tokenizer, 1);
        second = student("second", tokenizer, 2);
    }

    @Test
    void evaluate_chatTemplate_wordsTheChatsOfTheData() throws IOException {
        Path template = directory.resolve("template.jinja");
        Files.writeString(template, TEMPLATE);
        Path data = lines("chats.jsonl", PROMPTS);
        Path plain = directory.resolve("plain.json");
        Path templated = directory.resolve("templated.json");

        assertThat(run("--student=" + first, "--data=" + data, "--json=" + plain))
                .isZero();
        assertThat(run("--student=" + first, "--data=" + data, "--chat-template=" + template, "--json=" + templated))
                .isZero();
        assertThat(bits(templated)).isNotEqualTo(bits(plain));

        Path worded = lines(
                "worded.jsonl",
                List.of(
                        PROMPTS.get(0),
                        "{\"prompt\":\"[user]The dog sat[assistant]\",\"reference\":\" on the cat.\"}",
                        PROMPTS.get(3)));
        Path byHand = directory.resolve("by-hand.json");
        assertThat(run("--student=" + first, "--data=" + worded, "--json=" + byHand))
                .isZero();
        assertThat(bits(templated)).isEqualTo(bits(byHand));

        Files.writeString(template, "{{ raise_exception('no dogs') }}");
        assertThat(run("--student=" + first, "--data=" + data, "--chat-template=" + template))
                .isNotZero();
        assertThat(err.toString()).contains("no dogs");
        assertThat(run("--predictions=" + data, "--chat-template=" + template)).isEqualTo(CommandLine.ExitCode.USAGE);
    }

    @Test
    void evaluate_studentWithAChatTemplate_readsTheDataInIt() throws IOException {
        Path own = student("own", directory.resolve("tokenizer"), 1);
        Path template = own.resolve("chat_template.jinja");
        Files.writeString(template, TEMPLATE);
        Path data = lines("own-chats.jsonl", PROMPTS);
        Path both = directory.resolve("both.json");
        Path one = directory.resolve("one.json");
        Path none = directory.resolve("none.json");

        assertThat(run("--student=" + first, "--student=" + own, "--data=" + data, "--json=" + both))
                .isZero();
        assertThat(run("--student=" + first, "--data=" + data, "--chat-template=" + template, "--json=" + one))
                .isZero();
        assertThat(run("--student=" + own, "--data=" + data, "--chat-template=none", "--json=" + none))
                .isZero();

        // Of the same weights: what differs is what each reads.
        assertThat(bits(both, 1)).isEqualTo(bits(one, 0)).isNotEqualTo(bits(both, 0));
        assertThat(bits(none, 0)).isEqualTo(bits(both, 0));
    }

    @Test
    void evaluate_twoStudents_areComparedOnTheSameTexts() throws IOException {
        Path json = directory.resolve("two.json");
        Path answers = directory.resolve("two-answers.jsonl");
        Path data = lines("prompts.jsonl", PROMPTS);

        int exit = run(
                "--student=" + first,
                "--student=" + second,
                "--data=" + data,
                "--task=squad",
                "--task=ROUGE-LSUM",
                "--max-new-tokens=5",
                "--bootstrap=50",
                "--json=" + json,
                "--answers=" + answers);

        assertThat(err.toString()).doesNotContain("Exception");
        assertThat(exit).isZero();
        assertThat(out.toString())
                .contains("3 records, 2 measured on their reference, 1 without one, 2 answered")
                .contains("1. " + first, "2. " + second, "bits per byte", "calibration error", "F1", "ROUGE-Lsum")
                .containsOnlyOnce("less 1:")
                .doesNotContain("agreement");
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.at("/input/sha256").asText()).isEqualTo(Digests.sha256(data));
        assertThat(report.at("/compared").asInt()).isEqualTo(2);
        assertThat(report.at("/results/0/weights_sha256").asText())
                .isEqualTo(Digests.sha256(first.resolve("model.safetensors")))
                .isNotEqualTo(report.at("/results/1/weights_sha256").asText());
        assertThat(report.at("/results/0/bytes").asInt()).isEqualTo(" on the mat.".length() + " on the cat.".length());
        double difference =
                report.at("/differences/0/figures/bits_per_byte/value").asDouble();
        assertThat(difference)
                .isNotZero()
                .isCloseTo(figure(report, 1, "bits_per_byte") - figure(report, 0, "bits_per_byte"), within(1e-12));
        // Nothing was learned: every token is about as likely as any other.
        assertThat(figure(report, 0, "loss")).isCloseTo(Math.log(280), within(0.3));

        assertThat(run("--predictions=" + answers, "--limit=2", "--json=" + json))
                .isZero();
        JsonNode again = new ObjectMapper().readTree(json.toFile());
        for (String score : List.of("exact_match", "f1", "rouge_lsum")) {
            assertThat(figure(again, 0, score)).isEqualTo(figure(report, 0, score));
        }
    }

    @Test
    void evaluate_snapshotWithHeldOutRecords_isMeasuredOnThem() throws IOException {
        Path snapshot = student("snapshot", directory.resolve("tokenizer"), 3);
        Path file = Snapshot.heldOutFile(snapshot);
        Files.createDirectories(file.getParent());
        try (OutputStream out = Files.newOutputStream(file)) {
            heldOut(snapshot, List.of(" on the mat.", " on the dog.", "x".repeat(CONTEXT_WINDOW)))
                    .write(out);
        }
        Path json = directory.resolve("snapshot.json");

        assertThat(run("--student=" + snapshot, "--json=" + json)).isZero();

        assertThat(out.toString())
                .contains("3 records, 3 measured on their response", "agreement with teacher", "1 texts truncated");
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.at("/input/sha256").asText()).isEqualTo(Digests.sha256(file));
        // The teacher gives each byte, which is a token of its own, one nat.
        assertThat(report.at("/teacher/bits_per_byte/value").asDouble()).isCloseTo(1 / Math.log(2), within(1e-6));
        assertThat(run("--student=" + snapshot, "--task=squad")).isEqualTo(1);
        assertThat(err.toString()).contains("no record of " + file + " has a reference");
    }

    @Test
    void evaluate_predictions_areScoredWithTheBestReference() throws IOException {
        Path file = lines(
                "predictions.jsonl",
                List.of(
                        "{\"prediction\":\"The Blue Whale\",\"references\":[\"shark\",\"blue whale\"]}",
                        "{\"prediction\":\"a dog\",\"reference\":\"cat\",\"id\":\"2\"}"));

        assertThat(run("--predictions=" + file, "--task=squad")).isZero();

        assertThat(out.toString()).containsPattern("exact match +0\\.5000  \\[0\\.0000, 1\\.0000]");
        assertThat(out.toString()).doesNotContain("ROUGE");
    }

    @Test
    void evaluate_missingFile_saysSoInOneLine() {
        assertThat(run("--predictions=" + directory.resolve("missing.jsonl"))).isEqualTo(1);
        assertThat(err.toString().lines()).singleElement().asString().contains("there is no file", "missing.jsonl");
    }

    @Test
    void evaluate_predictionWithoutReference_namesTheLine() throws IOException {
        Path file = lines(
                "unreferenced.jsonl",
                List.of("{\"prediction\":\"x\",\"reference\":\"y\"}", "", "{\"prediction\":\"x\"}"));
        assertThat(run("--predictions=" + file)).isEqualTo(1);
        assertThat(err.toString().lines()).singleElement().asString().contains("line 3", "no reference");
    }

    @Test
    void evaluate_textThatNoRecordHas_isRefused() throws IOException {
        Path data = lines("unanswered.jsonl", List.of("{\"prompt\":\"The cat\",\"reference\":\" sat\"}"));
        assertThat(run("--student=" + first, "--data=" + data, "--text=response"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("none of the 1 records", "--text reference");
    }

    @Test
    void evaluate_promptsThatFitNoWindow_areRefused() throws IOException {
        String line = "{\"prompt\":\"" + "x".repeat(CONTEXT_WINDOW) + "\",\"reference\":\"y\"}";
        assertThat(run("--student=" + first, "--data=" + lines("long.jsonl", List.of(line))))
                .isEqualTo(1);
        assertThat(err.toString()).contains("no text of", "context window is " + CONTEXT_WINDOW);
    }

    @Test
    void evaluate_wrongUsage_exitsWithTwo() throws IOException {
        Path data = lines("usage.jsonl", PROMPTS);
        assertThat(run()).isEqualTo(2);
        assertThat(run("--student=" + first)).isEqualTo(2);
        assertThat(run("--student=" + first, "--predictions=" + data)).isEqualTo(2);
        assertThat(run("--student=" + first, "--data=" + data, "--task=bleu")).isEqualTo(2);
        assertThat(err.toString())
                .contains("either --student", "held-out records", "there is no task 'bleu'; expected one of [squad");
    }

    @Test
    void evaluate_vocabularySmallerThanTheTokenizers_isRefusedInOneLine() throws IOException {
        Path config = copyOfFirst("small-vocabulary").resolve("config.json");
        ObjectNode smaller = (ObjectNode) new ObjectMapper().readTree(config.toFile());
        int tokens = smaller.path("vocab_size").intValue();
        Files.writeString(config, smaller.put("vocab_size", tokens - 1).toString());

        assertThat(run("--student=" + config.getParent(), "--data=" + lines("small.jsonl", PROMPTS)))
                .isEqualTo(1);
        assertThat(err.toString().lines())
                .last()
                .asString()
                .contains("has ids up to " + (tokens - 1) + " and config.json a vocabulary of " + (tokens - 1));
    }

    @Test
    void evaluate_studentOfNaN_saysSoAndExitsWithOne() throws IOException {
        Path broken = copyOfFirst("broken");
        Path weights = broken.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        Arrays.fill(bytes, Math.toIntExact(Long.BYTES + header), bytes.length, (byte) 0xff);
        Files.write(weights, bytes);

        assertThat(run("--student=" + broken, "--data=" + lines("nan.jsonl", PROMPTS)))
                .isEqualTo(1);
        assertThat(err.toString()).contains("holds NaN at index 0 of its numbers; expected finite ones");
    }

    @Test
    void evaluate_unknownStudent_listsTheSnapshots() throws IOException {
        Path data = lines("unknown.jsonl", PROMPTS);
        assertThat(run("--student=nobody", "--data=" + data, "--data-dir=" + directory))
                .isEqualTo(1);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .contains("'nobody' is no directory and no snapshot");
    }

    private static Path copyOfFirst(String name) throws IOException {
        Path copy = Files.createDirectories(directory.resolve(name));
        try (Stream<Path> files = Files.list(first)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy;
    }

    private int run(String... arguments) {
        return new CommandLine(new EvaluateCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(new ErrorMessages(() -> false))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    private static double bits(Path report) throws IOException {
        return bits(report, 0);
    }

    private static double bits(Path report, int student) throws IOException {
        return figure(new ObjectMapper().readTree(report.toFile()), student, "bits_per_byte");
    }

    private static double figure(JsonNode report, int row, String name) {
        JsonNode value = report.at("/results/" + row + "/figures/" + name + "/value");
        assertThat(value.isNumber()).as(name).isTrue();
        return value.asDouble();
    }

    private static Path lines(String name, List<String> lines) throws IOException {
        return Files.write(directory.resolve(name), lines);
    }

    private static Path student(String name, Path tokenizer, long seed) {
        Path student = directory.resolve(name);
        new StudentInitializer(StudentShape.of(16, 32, 1, 2, 1, CONTEXT_WINDOW), seed).write(student, tokenizer);
        return student;
    }

    private static HeldOutSet heldOut(Path student, List<String> responses) {
        var heldOut = new HeldOutSet(responses.size());
        try (TextTokenizer tokenizer = TextTokenizer.load(student)) {
            var preparer = new ExampleTokenizer(
                    tokenizer,
                    DecoderConfig.read(student),
                    StudentWording.teachers(null, tokenizer, DecoderConfig.read(student)));
            for (int i = 0; i < responses.size(); i++) {
                TeacherTargets targets = targets("The cat sat", responses.get(i));
                TargetsRecord record =
                        TargetsRecord.decode("teacher-targets", 0, i, TeacherTargetsCodec.encode(targets));
                heldOut.add(record, ((Outcome.Accepted<TokenizedTarget>) preparer.tokenize(targets)).value());
            }
        }
        return heldOut;
    }

    /** A teacher whose tokens are the bytes of the response. */
    private static TeacherTargets targets(String prompt, String response) {
        int positions = response.getBytes(StandardCharsets.UTF_8).length;
        int[] ends = new int[positions];
        Arrays.setAll(ends, t -> t + 1);
        float[] ones = new float[positions];
        Arrays.fill(ones, 1f);
        float[] minusOnes = new float[positions];
        Arrays.fill(minusOnes, -1f);
        return new TeacherTargets(
                "p",
                "c",
                "tenant",
                new PlainText(prompt),
                prompt,
                Message.assistant(response),
                response,
                null,
                new TeacherIdentity("teacher", "aa", "bb", ""),
                new Vocabulary("bb", 32, List.of()),
                new TeacherTokens(new int[ends.length], ends, false, ones, ones, minusOnes),
                new RankedColumns(
                        Selection.SEQUENCE,
                        Ranking.PROBABILITY,
                        1f,
                        new int[] {1},
                        List.of(" ".getBytes(StandardCharsets.UTF_8)),
                        minusOnes,
                        positions),
                FinishReason.STOP,
                Split.HELD_OUT,
                Author.TEACHER,
                Instant.EPOCH,
                Instant.EPOCH);
    }
}

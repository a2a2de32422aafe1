package io.stillstream.student.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.FamilyGolden;
import io.stillstream.student.Golden;
import io.stillstream.student.StudentException;
import io.stillstream.student.TinyStudent;
import io.stillstream.student.TinyT5;
import io.stillstream.student.model.Student;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A teacher that tokenizes as SentencePiece does, a student that tokenizes as GPT-2 does. */
final class TokenizerTransferTest {

    private static final String EMBEDDING = "model.embed_tokens.weight";
    private static final String OUTPUT = "lm_head.weight";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Rows of the model; its tokenizer has fewer tokens. */
    private static final int TEACHER_ROWS = 61;

    private static final List<String> TEACHER_TOKENS = List.of(
            "<unk>",
            "<s>",
            "</s>",
            "<0x0A>",
            "<0xC3>",
            "<0xE2>",
            "<0x80>",
            "\u2581",
            "t",
            "h",
            "e",
            "i",
            "n",
            "g",
            "a",
            "th",
            "the",
            "\u2581the",
            "in",
            "ing",
            "\u2581ing",
            "\u2581a",
            "\u00e9");

    /** In the order of ids; Ġ is a space, Ċ a line break, â and Ģ the bytes E2 and 80, Ã and © those of é. */
    private static final List<String> STUDENT_TOKENS = List.of(
            "<|endoftext|>",
            "t",
            "h",
            "e",
            "i",
            "n",
            "g",
            "\u0120",
            "\u010a",
            "\u0120the",
            "the",
            "ing",
            "nth",
            "eing",
            "\u0120\u0120a",
            "\u00e2\u0122",
            "\u0120\u00e2",
            "\u00c3\u00a9",
            "z",
            "\u00f0",
            "\u010athe");

    @TempDir
    private Path directory;

    private Path teacher = Path.of("");
    private Path tokenizer = Path.of("");

    @BeforeEach
    void write() throws IOException {
        teacher = Files.createDirectories(directory.resolve("teacher"));
        for (String name : List.of("config.json", "generation_config.json", "model.safetensors")) {
            Files.copy(Golden.tinyLlama().resolve(name), teacher.resolve(name));
        }
        Files.write(teacher.resolve("tokenizer.json"), sentencePiece());
        tokenizer = Files.createDirectories(directory.resolve("tokenizer"));
        Files.write(tokenizer.resolve("tokenizer.json"), byteLevel());
    }

    @Test
    void write_tokensOfText_areTheMeanOfTheTeachersTokens() {
        Map<String, List<String>> expectedTokens = new TreeMap<>();
        expectedTokens.put("t", List.of("t"));
        expectedTokens.put("\u0120", List.of("\u2581"));
        expectedTokens.put("\u010a", List.of("<0x0A>"));
        expectedTokens.put("\u0120the", List.of("\u2581the"));
        expectedTokens.put("the", List.of("the"));
        expectedTokens.put("ing", List.of("ing"));
        expectedTokens.put("nth", List.of("n", "th"));
        expectedTokens.put("eing", List.of("e", "ing"));
        expectedTokens.put("\u0120\u0120a", List.of("\u2581", "\u2581a"));
        expectedTokens.put("\u00e2\u0122", List.of("<0xE2>", "<0x80>"));
        expectedTokens.put("\u0120\u00e2", List.of("\u2581", "<0xE2>"));
        expectedTokens.put("\u00c3\u00a9", List.of("\u00e9"));
        expectedTokens.put("\u010athe", List.of("<0x0A>", "the"));
        expectedTokens.put("z", TEACHER_TOKENS);
        expectedTokens.put("\u00f0", TEACHER_TOKENS);

        TransferReport report = new TokenizerTransfer(teacher, tokenizer).write(directory.resolve("student"));

        for (String matrix : List.of(EMBEDDING, OUTPUT)) {
            float[][] found = rows(directory.resolve("student"), matrix, STUDENT_TOKENS.size());
            float[][] given = rows(teacher, matrix, TEACHER_ROWS);
            expectedTokens.forEach((token, expected) -> assertMean(
                    found[STUDENT_TOKENS.indexOf(token)],
                    given,
                    expected.stream().mapToInt(TEACHER_TOKENS::indexOf).toArray()));
        }
        assertThat(report).isEqualTo(new TransferReport(21, 12, 7, 2));
    }

    @Test
    void write_endThatIsAlsoTheBeginning_isReadAsBothAndWrittenAsTheEnd() {
        Path student = directory.resolve("student");
        new TokenizerTransfer(teacher, tokenizer).write(student);
        assertMean(rows(student, EMBEDDING, STUDENT_TOKENS.size())[0], rows(teacher, EMBEDDING, TEACHER_ROWS), 1, 2);
        assertMean(rows(student, OUTPUT, STUDENT_TOKENS.size())[0], rows(teacher, OUTPUT, TEACHER_ROWS), 2);
    }

    @Test
    void write_specialTokens_goByTheirRole() throws IOException {
        Path other = Files.createDirectories(directory.resolve("other"));
        ObjectNode json = (ObjectNode) JSON.readTree(byteLevel());
        ObjectNode vocabulary = (ObjectNode) json.path("model").path("vocab");
        for (String name : List.of("<bos>", "<unk>", "<pad>", "<tool>")) {
            int id = vocabulary.size();
            vocabulary.put(name, id);
            json.withArray("added_tokens").add(added(id, name));
        }
        Files.write(other.resolve("tokenizer.json"), JSON.writeValueAsBytes(json));
        Path student = directory.resolve("student");

        new TokenizerTransfer(teacher, other).write(student);

        int first = STUDENT_TOKENS.size();
        float[][] found = rows(student, EMBEDDING, first + 4);
        float[][] given = rows(teacher, EMBEDDING, TEACHER_ROWS);
        int[] all = IntStream.range(0, TEACHER_TOKENS.size()).toArray();
        assertMean(found[0], given, 2);
        assertMean(found[first], given, 1);
        assertMean(found[first + 1], given, 0);
        assertMean(found[first + 2], given, all);
        assertMean(found[first + 3], given, all);
        assertThat(DecoderConfig.read(student).bosTokenId()).isEqualTo(first);
        assertThat(DecoderConfig.read(student).eosTokenIds()).containsExactly(0);
    }

    @Test
    void write_backbone_isTheTeachersByteForByte() {
        Path student = directory.resolve("student");
        new TokenizerTransfer(teacher, tokenizer).write(student);
        try (SafetensorsReader given = SafetensorsReader.open(teacher.resolve("model.safetensors"));
                SafetensorsReader found = SafetensorsReader.open(student.resolve("model.safetensors"))) {
            assertThat(found.tensors().keySet())
                    .containsExactlyInAnyOrderElementsOf(given.tensors().keySet());
            found.tensors().keySet().stream()
                    .filter(name -> !name.equals(EMBEDDING) && !name.equals(OUTPUT))
                    .forEach(name -> assertThat(found.bytes(name)).as(name).isEqualTo(given.bytes(name)));
        }
    }

    @Test
    void write_config_isTheTeachersButForTheVocabulary() {
        Path student = directory.resolve("student");
        new TokenizerTransfer(teacher, tokenizer).write(student);
        DecoderConfig given = DecoderConfig.read(teacher);
        DecoderConfig found = DecoderConfig.read(student);
        assertThat(found)
                .usingRecursiveComparison()
                .ignoringFields("architecture.dimensions.vocabulary", "bosTokenId", "eosTokenIds")
                .isEqualTo(given);
        assertThat(found.vocabularySize()).isEqualTo(STUDENT_TOKENS.size());
        assertThat(found.bosTokenId()).isNull();
        assertThat(found.eosTokenIds()).containsExactly(0);
        assertThat(student.resolve("tokenizer.json")).hasSameBinaryContentAs(tokenizer.resolve("tokenizer.json"));
    }

    @Test
    void load_transferredStudent_predictsAsTheTeacherWhereTokensAreTheSame() {
        Path student = directory.resolve("student");
        new TokenizerTransfer(teacher, tokenizer).write(student);
        List<String> text = List.of("\u2581the", "\u2581", "t", "h", "ing");
        try (Student one = Student.load(teacher);
                Student other = Student.load(student)) {
            float[][] expected = Golden.logits(one, ids(text, TEACHER_TOKENS));
            float[][] found = Golden.logits(other, ids(replaced(text), STUDENT_TOKENS));
            for (int t = 0; t < expected.length; t++) {
                for (String token : text) {
                    assertThat(found[t][STUDENT_TOKENS.indexOf(replaced(token))])
                            .isCloseTo(expected[t][TEACHER_TOKENS.indexOf(token)], within(1e-5f));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.stillstream.student.FamilyGolden#families")
    void write_eachFamily_predictsAsTheTeacherWhereTokensAreTheSame(String name) throws IOException {
        Path letters = TinyStudent.at(directory.resolve("letters"));
        Path given = FamilyGolden.model(name, directory.resolve("given"));
        Files.copy(letters.resolve("tokenizer.json"), given.resolve("tokenizer.json"));
        Path student = directory.resolve("student");

        new TokenizerTransfer(given, letters).write(student);

        // Those before are special.
        int firstOfText = 3;
        int[] text = {5, 20, 9, 30, 4};
        int promptLength = 3;
        try (Student one = Student.load(given);
                Student other = Student.load(student)) {
            float[][] expected = Golden.logits(one, text, promptLength);
            float[][] found = Golden.logits(other, text, promptLength);
            int tokens = other.config().vocabularySize();
            assertThat(tokens).isEqualTo(31);
            for (int t = 0; t < found.length; t++) {
                assertThat(Golden.maximumDifference(
                                Arrays.copyOfRange(found[t], firstOfText, tokens),
                                Arrays.copyOfRange(expected[t], firstOfText, tokens)))
                        .isLessThan(1e-5);
            }
        }
    }

    /** The token before a response of the one is a row of its own, and an end of a text in the other's vocabulary. */
    @Test
    void write_withEncoder_beginsAResponseWithTheTeachersRow() throws IOException {
        Path letters = TinyStudent.at(directory.resolve("letters"));
        Path given = FamilyGolden.model("mt5", directory.resolve("given"));
        Files.copy(letters.resolve("tokenizer.json"), given.resolve("tokenizer.json"));
        Path config = given.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config).replace("\"decoder_start_token_id\": 0", "\"decoder_start_token_id\": 63"));
        Path student = directory.resolve("student");

        new TokenizerTransfer(given, TinyT5.tokenizer(directory.resolve("unigram"))).write(student);

        assertThat(DecoderConfig.read(student).architecture().decoderStart()).isEqualTo(TinyT5.START);
        assertThat(JSON.readTree(student.resolve("generation_config.json").toFile())
                        .path("decoder_start_token_id")
                        .asInt(-1))
                .isEqualTo(TinyT5.START);
        try (SafetensorsReader before = SafetensorsReader.ofModel(given);
                SafetensorsReader after = SafetensorsReader.ofModel(student)) {
            int width = 16;
            for (String name : List.of("shared.weight", OUTPUT)) {
                assertThat(Arrays.copyOf(after.floats(name), width))
                        .as(name)
                        .isEqualTo(Arrays.copyOfRange(before.floats(name), 63 * width, 64 * width));
            }
        }
    }

    @Test
    void write_tiedEmbeddings_writesOneMatrix() throws IOException {
        Path config = teacher.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config).replace("\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true"));
        Path student = directory.resolve("student");
        new TokenizerTransfer(teacher, tokenizer).write(student);
        try (SafetensorsReader found = SafetensorsReader.open(student.resolve("model.safetensors"))) {
            assertThat(found.tensors()).containsKey(EMBEDDING).doesNotContainKey(OUTPUT);
        }
        assertThat(DecoderConfig.read(student).tiedEmbeddings()).isTrue();
    }

    @Test
    void write_ownTokenizer_isTheTeacher() {
        Path student = directory.resolve("student");
        new TokenizerTransfer(teacher, teacher).write(student);
        float[][] given = rows(teacher, EMBEDDING, TEACHER_ROWS);
        assertThat(rows(student, EMBEDDING, TEACHER_TOKENS.size()))
                .isDeepEqualTo(Arrays.copyOf(given, TEACHER_TOKENS.size()));
    }

    @Test
    void write_publicTokenizers_spellMostTokens() {
        Path given = Golden.shared("models/stories260K/hf");
        Path other = Golden.shared("tokenizers/gpt2_first8192");
        Path student = directory.resolve("student");

        TransferReport report = new TokenizerTransfer(given, other).write(student);

        assertThat(report.tokens()).isEqualTo(8192);
        assertThat(report.unknown()).isZero();
        assertThat(report.whole()).isGreaterThan(256);
        float[][] rows = rows(given, EMBEDDING, 512);
        float[][] found = rows(student, EMBEDDING, 8192);
        try (TextTokenizer old = TextTokenizer.load(given);
                TextTokenizer young = TextTokenizer.load(other)) {
            for (int id = 0; id < 8191; id++) {
                byte[] bytes = young.bytes(id);
                int same = onlyTokenOf(old, bytes);
                if (same >= 0 && bytes[0] == ' ') {
                    assertMean(found[id], rows, same);
                }
            }
        }
    }

    @Test
    void write_tokenizerOfAnotherModel_saysWhatWasExpected() throws IOException {
        Path config = teacher.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("\"vocab_size\": 61", "\"vocab_size\": 22"));
        assertThatThrownBy(() -> new TokenizerTransfer(teacher, tokenizer).write(directory.resolve("student")))
                .isInstanceOf(StudentException.class)
                .hasMessageContaining("has ids up to 22 and config.json a vocabulary of 22")
                .hasMessageContaining("expected the tokenizer that the model was trained with");
    }

    @Test
    void write_weightsOfAnotherShape_saysFoundAndExpected() throws IOException {
        Path config = teacher.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("\"vocab_size\": 61", "\"vocab_size\": 62"));
        assertThatThrownBy(() -> new TokenizerTransfer(teacher, tokenizer).write(directory.resolve("student")))
                .isInstanceOf(StudentException.class)
                .hasMessageContaining(EMBEDDING + " with shape [61, 16]; expected it with shape [62, 16]");
    }

    @Test
    void write_intoTheTeachersDirectory_isRefused() throws IOException {
        byte[] before = Files.readAllBytes(teacher.resolve("model.safetensors"));
        assertThatThrownBy(() -> new TokenizerTransfer(teacher, tokenizer).write(teacher))
                .isInstanceOf(StudentException.class)
                .hasMessageContaining("is the teacher's own directory");
        assertThat(teacher.resolve("model.safetensors")).hasBinaryContent(before);
    }

    @Test
    void write_directoryWithoutModel_namesIt() {
        assertThatThrownBy(() -> new TokenizerTransfer(tokenizer, tokenizer).write(directory.resolve("student")))
                .isInstanceOf(StudentException.class)
                .hasMessageContaining("no config.json in " + tokenizer);
    }

    /** The only token of these bytes; −1 where there is none or more than one. */
    private static int onlyTokenOf(TextTokenizer tokenizer, byte[] bytes) {
        int[] same = IntStream.range(0, tokenizer.vocabularySize())
                .filter(id -> Arrays.equals(tokenizer.bytes(id), bytes))
                .toArray();
        return same.length == 1 ? same[0] : -1;
    }

    private static void assertMean(float[] found, float[][] table, int... rows) {
        for (int i = 0; i < found.length; i++) {
            double sum = 0;
            for (int row : rows) {
                sum += table[row][i];
            }
            assertThat(found[i]).isEqualTo((float) (sum / rows.length));
        }
    }

    private static float[][] rows(Path model, String matrix, int expectedRows) {
        try (SafetensorsReader weights = SafetensorsReader.open(model.resolve("model.safetensors"))) {
            float[] values = weights.floats(matrix);
            int width = weights.tensors().get(matrix).shape().get(1).intValue();
            assertThat(values.length / width).isEqualTo(expectedRows);
            return IntStream.range(0, expectedRows)
                    .mapToObj(row -> Arrays.copyOfRange(values, row * width, (row + 1) * width))
                    .toArray(float[][]::new);
        }
    }

    private static int[] ids(List<String> tokens, List<String> vocabulary) {
        return tokens.stream().mapToInt(vocabulary::indexOf).toArray();
    }

    private static List<String> replaced(List<String> tokens) {
        return tokens.stream().map(TokenizerTransferTest::replaced).toList();
    }

    private static String replaced(String token) {
        return token.replace('\u2581', '\u0120');
    }

    private static byte[] sentencePiece() throws IOException {
        ObjectNode root =
                root(TEACHER_TOKENS, List.of("t h", "th e", "\u2581 the", "i n", "in g", "\u2581 ing", "\u2581 a"));
        for (int id = 0; id < 3; id++) {
            root.withArray("added_tokens").add(added(id, TEACHER_TOKENS.get(id)));
        }
        ((ObjectNode) root.path("model")).put("unk_token", "<unk>").put("byte_fallback", true);
        root.set("normalizer", JSON.readTree("""
                {"type": "Sequence", "normalizers": [
                  {"type": "Prepend", "prepend": "\u2581"},
                  {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]}"""));
        return JSON.writeValueAsBytes(root);
    }

    private static byte[] byteLevel() throws IOException {
        ObjectNode root = root(STUDENT_TOKENS, List.of());
        root.withArray("added_tokens").add(added(0, STUDENT_TOKENS.get(0)));
        String byteLevel = "{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"trim_offsets\": true}";
        root.set("pre_tokenizer", JSON.readTree(byteLevel));
        root.set("decoder", JSON.readTree(byteLevel));
        return JSON.writeValueAsBytes(root);
    }

    private static ObjectNode root(List<String> tokens, List<String> merges) {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", "1.0");
        root.putArray("added_tokens");
        ObjectNode model = root.putObject("model").put("type", "BPE");
        ObjectNode vocabulary = model.putObject("vocab");
        tokens.forEach(token -> vocabulary.put(token, vocabulary.size()));
        merges.forEach(model.putArray("merges")::add);
        return root;
    }

    private static ObjectNode added(int id, String content) {
        return JSON.createObjectNode()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
    }
}

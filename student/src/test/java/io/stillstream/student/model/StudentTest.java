package io.stillstream.student.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import io.stillstream.huggingface.ModelOutput;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.safetensors.Dtype;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.huggingface.safetensors.SafetensorsWriter;
import io.stillstream.huggingface.safetensors.TensorData;
import io.stillstream.huggingface.safetensors.TensorInfo;
import io.stillstream.student.FamilyGolden;
import io.stillstream.student.Golden;
import io.stillstream.student.StudentException;
import io.stillstream.student.batch.TokenSequence;
import io.stillstream.student.inference.SequenceEvaluation;
import io.stillstream.student.inference.StudentEvaluator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StudentTest {

    private static final int[] IDS = {5, 9, 33, 2, 60};
    private static final String EMBEDDING_COPY = "encoder.embed_tokens.weight";

    @TempDir
    private Path directory;

    @Test
    void save_loadedStudent_isBitForBitWhatWasLoaded() throws IOException {
        Path copy = directory.resolve("deep/copy");
        try (Student student = Student.load(Golden.tinyLlama())) {
            assertThat(student.parameterCount()).isEqualTo(6_640);
            student.save(copy);
        }
        try (SafetensorsReader original =
                        SafetensorsReader.open(Golden.tinyLlama().resolve("model.safetensors"));
                SafetensorsReader saved = SafetensorsReader.open(copy.resolve("model.safetensors"))) {
            assertThat(List.copyOf(saved.tensors().values()))
                    .isEqualTo(List.copyOf(original.tensors().values()));
            original.tensors()
                    .keySet()
                    .forEach(name -> assertThat(saved.bytes(name)).isEqualTo(original.bytes(name)));
        }
        for (String name : List.of("config.json", "generation_config.json")) {
            assertThat(copy.resolve(name))
                    .hasSameBinaryContentAs(Golden.tinyLlama().resolve(name));
        }
    }

    @Test
    void load_bfloat16_computesInSinglePrecisionAndSaysSoWhenSaved() throws IOException {
        Path half = copyWith(StudentTest::toBfloat16);
        Files.writeString(
                half.resolve("config.json"),
                Files.readString(half.resolve("config.json")).replace("\"float32\"", "\"bfloat16\""));
        try (Student exact = Student.load(Golden.tinyLlama());
                Student rounded = Student.load(half)) {
            assertThat(Golden.maximumDifference(Golden.logits(exact, IDS)[4], Golden.logits(rounded, IDS)[4]))
                    .isBetween(1e-6, 0.2);
            rounded.save(directory.resolve("saved"));
        }
        assertThat(directory.resolve("saved/config.json"))
                .content()
                .contains("\"float32\"")
                .doesNotContain("bfloat16");
    }

    @Test
    void writeAsStored_bfloat16_isWhatWasLoadedEvenByWayOfACheckpoint() throws IOException {
        Path half = copyWith(StudentTest::toBfloat16);
        Files.writeString(
                half.resolve("config.json"),
                Files.readString(half.resolve("config.json")).replace("\"float32\"", "\"bfloat16\""));
        Path checkpoint = Files.createDirectory(directory.resolve("checkpoint"));
        try (Student student = Student.load(half);
                StudentCopy copy = student.newCopy()) {
            copy.take();
            copy.write(ModelOutput.to(checkpoint));
        }
        Path published = Files.createDirectory(directory.resolve("published"));
        try (Student resumed = Student.load(checkpoint);
                StudentCopy copy = resumed.newCopy()) {
            copy.take();
            copy.writeAsStored(ModelOutput.to(published));
        }
        assertThat(checkpoint.resolve("config.json")).content().contains("\"float32\"");
        assertThat(published.resolve("config.json")).content().contains("\"bfloat16\"");
        try (SafetensorsReader original = SafetensorsReader.ofModel(half);
                SafetensorsReader wide = SafetensorsReader.ofModel(checkpoint);
                SafetensorsReader saved = SafetensorsReader.ofModel(published)) {
            assertThat(wide.tensors().values()).allMatch(tensor -> tensor.dtype() == Dtype.F32);
            assertThat(saved.tensors()).isEqualTo(original.tensors());
            original.tensors()
                    .keySet()
                    .forEach(name -> assertThat(saved.bytes(name)).isEqualTo(original.bytes(name)));
        }
    }

    @Test
    void load_tiedEmbeddings_projectWithTheEmbedding() throws IOException {
        Path untied = copyWith(tensors -> {
            TensorData embedding = named(tensors, "model.embed_tokens.weight");
            return Stream.concat(
                            tensors.stream()
                                    .filter(tensor -> !tensor.info().name().equals("lm_head.weight")),
                            Stream.of(new TensorData(
                                    new TensorInfo("lm_head.weight", Dtype.F32, 61, 16), embedding.slices())))
                    .toList();
        });
        Path tied = Files.createDirectories(directory.resolve("tied"));
        copy(untied, tied, "model.safetensors");
        Files.writeString(
                tied.resolve("config.json"),
                Files.readString(untied.resolve("config.json"))
                        .replace("\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true"));
        try (Student one = Student.load(untied);
                Student other = Student.load(tied)) {
            assertThat(other.parameterCount()).isEqualTo(one.parameterCount() - 61 * 16);
            assertThat(Golden.logits(other, IDS)).isDeepEqualTo(Golden.logits(one, IDS));
        }
    }

    @Test
    void load_missingTensor_namesIt() throws IOException {
        Path broken = copyWith(tensors -> tensors.stream()
                .filter(tensor -> !tensor.info().name().equals("model.layers.1.mlp.up_proj.weight"))
                .toList());
        assertThatThrownBy(() -> Student.load(broken))
                .isInstanceOf(StudentException.class)
                .hasMessage("the student's weights in " + broken
                        + " lack model.layers.1.mlp.up_proj.weight; expected it with shape" + " [24, 16]");
    }

    @Test
    void load_wrongShape_saysFoundAndExpected() throws IOException {
        Path broken = copyWith(UnaryOperator.identity());
        Files.writeString(
                broken.resolve("config.json"),
                Files.readString(broken.resolve("config.json")).replace("\"vocab_size\": 61", "\"vocab_size\": 62"));
        assertThatThrownBy(() -> Student.load(broken))
                .isInstanceOf(StudentException.class)
                .hasMessageContaining(
                        "model.embed_tokens.weight in " + broken + " has shape [61, 16]; expected [62, 16]");
    }

    @Test
    void load_tensorOfAnotherModel_isNamed() throws IOException {
        Path broken = copyWith(tensors -> with(tensors, "model.layers.2.mlp.up_proj.weight", 3, 2));
        assertThatThrownBy(() -> Student.load(broken))
                .isInstanceOf(StudentException.class)
                .hasMessage("the student's weights in " + broken
                        + " have model.layers.2.mlp.up_proj.weight with shape [3, 2]; expected no such"
                        + " tensor in this llama decoder");
    }

    @Test
    void load_buffersOfOldCheckpoints_areLeftOut() throws IOException {
        Path old = copyWith(tensors -> with(tensors, "model.layers.0.self_attn.rotary_emb.inv_freq", 3));
        try (Student student = Student.load(old)) {
            assertThat(student.shapes()).doesNotContainKey("model.layers.0.self_attn.rotary_emb.inv_freq");
        }
    }

    @Test
    void load_weightOfNaN_isNamedWithItsPlace() throws IOException {
        Path broken = copyWith(tensors -> tensors.stream()
                .map(tensor -> tensor.info().name().equals("model.norm.weight")
                        ? TensorData.ofFloats("model.norm.weight", nanAt(5, 16), 16)
                        : tensor)
                .toList());
        assertThatThrownBy(() -> Student.load(broken))
                .isInstanceOf(StudentException.class)
                .hasMessage("the student's weight model.norm.weight in " + broken
                        + " holds NaN at index 5 of its numbers; expected finite ones");
    }

    @Test
    void load_weightsWhoseSumOverflows_areFinite() throws IOException {
        float[] large = new float[16];
        Arrays.fill(large, Float.MAX_VALUE);
        Path extreme = copyWith(tensors -> tensors.stream()
                .map(tensor -> tensor.info().name().equals("model.norm.weight")
                        ? TensorData.ofFloats("model.norm.weight", large, 16)
                        : tensor)
                .toList());
        try (Student student = Student.load(extreme)) {
            assertThat(student.parameterCount()).isEqualTo(6_640);
        }
    }

    @Test
    void load_headThatIsNotTheEmbeddingItIsTiedTo_isRefused() throws IOException {
        Path broken = copyWith(UnaryOperator.identity());
        Files.writeString(
                broken.resolve("config.json"),
                Files.readString(broken.resolve("config.json"))
                        .replace("\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true"));
        assertThatThrownBy(() -> Student.load(broken))
                .isInstanceOf(StudentException.class)
                .hasMessage(
                        "the student's weight lm_head.weight in " + broken + " has numbers that differ from those of"
                                + " model.embed_tokens.weight; expected the same numbers, as tie_word_embeddings is true");
    }

    @Test
    void save_embeddingUnderThreeNames_isSavedUnderAllAsItIsThen() throws IOException {
        Path model = FamilyGolden.model("mt5", directory.resolve("model"));
        Path snapshot = directory.resolve("snapshot");
        Path saved = directory.resolve("saved");
        try (Student student = Student.load(model)) {
            assertThat(student.shapes()).containsKey("lm_head.weight").doesNotContainKey(EMBEDDING_COPY);
            assertThat(student.config().tiedEmbeddings()).isFalse();
            NDArray embedding = student.parameterArguments().stream()
                    .filter(array -> array.getName().endsWith("shared.weight"))
                    .findFirst()
                    .orElseThrow();
            embedding.muli(2);
            student.save(saved);
            StudentCopy copy = student.newCopy();
            copy.take();
            Files.createDirectories(snapshot);
            copy.write(ModelOutput.to(snapshot));
        }
        for (Path directory : List.of(saved, snapshot)) {
            try (SafetensorsReader before = SafetensorsReader.ofModel(model);
                    SafetensorsReader after = SafetensorsReader.ofModel(directory)) {
                assertThat(after.tensors().keySet())
                        .containsExactlyElementsOf(before.tensors().keySet());
                assertThat(after.floats(EMBEDDING_COPY)).isEqualTo(after.floats("shared.weight"));
                assertThat(after.floats(EMBEDDING_COPY)[5]).isEqualTo(2 * before.floats("shared.weight")[5]);
            }
        }
    }

    @Test
    void load_embeddingUnderTheNameOfOnePart_isTheEmbedding() throws IOException {
        Path model = FamilyGolden.model("t5", directory.resolve("model"));
        Path renamed = changed(
                model,
                tensors -> tensors.stream()
                        .map(tensor -> tensor.info().name().equals("shared.weight")
                                ? new TensorData(
                                        new TensorInfo(
                                                EMBEDDING_COPY,
                                                tensor.info().dtype(),
                                                tensor.info().shape()),
                                        tensor.slices())
                                : tensor)
                        .toList());
        try (Student one = Student.load(model);
                Student other = Student.load(renamed)) {
            assertThat(Golden.logits(other, IDS, 3)).isDeepEqualTo(Golden.logits(one, IDS, 3));
            other.save(directory.resolve("saved"));
        }
        try (SafetensorsReader saved = SafetensorsReader.ofModel(directory.resolve("saved"))) {
            assertThat(saved.tensors()).containsKey(EMBEDDING_COPY).doesNotContainKey("shared.weight");
        }
    }

    @Test
    void load_embeddingsThatDiffer_areRefused() throws IOException {
        Path model = FamilyGolden.model("t5", directory.resolve("model"));
        Path broken = changed(model, tensors -> with(tensors, EMBEDDING_COPY, 64, 16));
        assertThatThrownBy(() -> Student.load(broken))
                .isInstanceOf(StudentException.class)
                .hasMessage(
                        "the student's weight " + EMBEDDING_COPY + " in " + broken + " has numbers that differ from"
                                + " those of shared.weight; expected the same numbers, as encoder and decoder share an embedding");
    }

    @Test
    void save_namesWithoutTheirFirstPart_areKept() throws IOException {
        Path whole = FamilyGolden.model("gpt2", directory.resolve("gpt2"));
        Path bare = Files.createDirectories(directory.resolve("bare"));
        copy(whole, bare, "config.json");
        try (SafetensorsReader weights = SafetensorsReader.ofModel(whole)) {
            List<TensorData> tensors = new ArrayList<>();
            weights.tensors()
                    .forEach((name, info) -> tensors.add(new TensorData(
                            new TensorInfo(name.substring("transformer.".length()), info.dtype(), info.shape()),
                            weights.data(name).slices())));
            SafetensorsWriter.write(bare.resolve("model.safetensors"), tensors, Map.of());
        }
        try (Student one = Student.load(whole);
                Student other = Student.load(bare)) {
            assertThat(Golden.logits(other, IDS)).isDeepEqualTo(Golden.logits(one, IDS));
            other.save(directory.resolve("saved"));
        }
        try (SafetensorsReader saved = SafetensorsReader.ofModel(directory.resolve("saved"))) {
            assertThat(saved.tensors()).containsKey("wte.weight").doesNotContainKey("transformer.wte.weight");
        }
    }

    private static float[] nanAt(int index, int size) {
        float[] values = new float[size];
        values[index] = Float.NaN;
        return values;
    }

    private static List<TensorData> with(List<TensorData> tensors, String name, long... shape) {
        int elements = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        return Stream.concat(tensors.stream(), Stream.of(TensorData.ofFloats(name, new float[elements], shape)))
                .toList();
    }

    @Test
    void load_unknownArchitecture_namesIt() throws IOException {
        Path broken = copyWith(UnaryOperator.identity());
        Files.writeString(
                broken.resolve("config.json"),
                Files.readString(broken.resolve("config.json")).replace("\"llama\"", "\"mamba\""));
        assertThatThrownBy(() -> Student.load(broken))
                .isInstanceOf(StudentException.class)
                .hasMessageContaining("model_type is 'mamba'; expected one of");
    }

    @Test
    void load_noWeights_saysWhichFile() throws IOException {
        assertThatThrownBy(() -> Student.load(directory))
                .isInstanceOf(StudentException.class)
                .hasMessageContaining("model.safetensors");
    }

    @Test
    void initialise_sameSeed_sameStudentThatKnowsNothing() throws IOException {
        Path tokenizer = Golden.shared("models/stories260K/hf");
        StudentShape shape = StudentShape.of(32, 48, 2, 4, 2, 128);
        new StudentInitializer(shape, 7).write(directory.resolve("one"), tokenizer);
        new StudentInitializer(shape, 7).write(directory.resolve("two"), tokenizer);
        new StudentInitializer(shape, 8).write(directory.resolve("three"), tokenizer);
        assertThat(directory.resolve("one/model.safetensors"))
                .hasSameBinaryContentAs(directory.resolve("two/model.safetensors"));
        assertThat(Files.readAllBytes(directory.resolve("three/model.safetensors")))
                .isNotEqualTo(Files.readAllBytes(directory.resolve("one/model.safetensors")));
        assertThat(directory.resolve("one/tokenizer.json")).hasSameBinaryContentAs(tokenizer.resolve("tokenizer.json"));
        try (Student student = Student.load(directory.resolve("one"));
                StudentEvaluator evaluator = new StudentEvaluator(student, 100)) {
            assertThat(student.config().bosTokenId()).isEqualTo(1);
            assertThat(student.config().eosTokenIds()).containsExactly(2);
            assertThat(student.config().vocabularySize()).isEqualTo(512);
            SequenceEvaluation evaluation =
                    evaluator.evaluate(List.of(new TokenSequence(IDS, 1, 4))).get(0);
            assertThat(evaluation.negativeLogLikelihood() / evaluation.tokens()).isCloseTo(Math.log(512), within(0.1));
        }
    }

    @ParameterizedTest
    @MethodSource("io.stillstream.student.FamilyGolden#all")
    void initialise_configOfAnyFamily_hasItsShapeAndKnowsNothing(String family) throws IOException {
        Path golden = FamilyGolden.model(family, directory.resolve("golden"));
        Path tokenizer = Golden.shared("models/stories260K/hf");
        new StudentInitializer(golden.resolve("config.json"), 7).write(directory.resolve("fresh"), tokenizer);
        try (Student student = Student.load(directory.resolve("fresh"));
                StudentEvaluator evaluator = new StudentEvaluator(student, 100)) {
            assertThat(student.config().eosTokenIds()).containsExactly(2);
            assertThat(student.shapes().keySet())
                    .isEqualTo(DecoderConfig.read(golden)
                            .architecture()
                            .parameters()
                            .keySet());
            SequenceEvaluation evaluation =
                    evaluator.evaluate(List.of(new TokenSequence(IDS, 2, 3))).get(0);
            double loss = evaluation.negativeLogLikelihood() / evaluation.tokens();
            if (student.config().encodesPrompts()) {
                // T5 is drawn with embeddings of deviation 1, so that its first guesses are bold.
                assertThat(loss).isBetween(Math.log(512) / 2, Math.log(512) * 5);
            } else {
                assertThat(loss).isCloseTo(Math.log(512), within(0.1));
            }
        }
    }

    @Test
    void initialise_configThatNoDecoderHas_isNamed() throws IOException {
        Path golden = FamilyGolden.model("opt", directory.resolve("golden"));
        Path config = golden.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("\"relu\"", "\"rely\""));
        StudentInitializer initializer = new StudentInitializer(golden, 7);
        assertThatThrownBy(() -> initializer.write(directory.resolve("fresh"), Golden.shared("models/stories260K/hf")))
                .isInstanceOf(StudentException.class)
                .hasMessageContaining(golden + ": activation_function is 'rely'");
        assertThat(directory.resolve("fresh")).doesNotExist();
    }

    private Path copyWith(UnaryOperator<List<TensorData>> change) throws IOException {
        return changed(Golden.tinyLlama(), change);
    }

    private Path changed(Path model, UnaryOperator<List<TensorData>> change) throws IOException {
        Path copy = Files.createDirectories(directory.resolve("changed"));
        copy(model, copy, "config.json");
        try (SafetensorsReader weights = SafetensorsReader.open(model.resolve("model.safetensors"))) {
            List<TensorData> tensors = new ArrayList<>();
            weights.tensors().forEach((name, info) -> tensors.add(weights.data(name)));
            SafetensorsWriter.write(copy.resolve("model.safetensors"), change.apply(tensors), Map.of());
        }
        return copy;
    }

    private static void copy(Path from, Path to, String name) throws IOException {
        Files.copy(from.resolve(name), to.resolve(name));
    }

    private static TensorData named(List<TensorData> tensors, String name) {
        return tensors.stream()
                .filter(tensor -> tensor.info().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<TensorData> toBfloat16(List<TensorData> tensors) {
        return tensors.stream()
                .map(tensor -> {
                    int elements = Math.toIntExact(tensor.info().elements());
                    ByteBuffer bytes = tensor.slices().iterator().next();
                    ByteBuffer halves = ByteBuffer.allocate(2 * elements).order(ByteOrder.LITTLE_ENDIAN);
                    for (int i = 0; i < elements; i++) {
                        halves.putShort(2 * i, bytes.getShort(4 * i + 2));
                    }
                    TensorInfo info = new TensorInfo(
                            tensor.info().name(), Dtype.BF16, tensor.info().shape());
                    return new TensorData(info, halves);
                })
                .toList();
    }
}

package io.stillstream.scorer.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.stillstream.configuration.InvalidSettingException;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.contract.target.RankedColumns;
import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.ScoredResponse;
import io.stillstream.contract.target.Selection;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.ScoringRequest;
import io.stillstream.scorer.onnx.generate.GenerationConfig;
import io.stillstream.scorer.onnx.graph.ColumnSelection;
import io.stillstream.scorer.onnx.run.device.MemoryConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OnnxTeacherTest {

    private static final int K = 5;
    private static final int END = 0;
    private static final ColumnSelection COLUMNS = new ColumnSelection(Selection.SEQUENCE, Ranking.PROBABILITY, K);

    @TempDir
    private Path directory;

    static Stream<Arguments> decoders() {
        return Stream.of(
                Arguments.of("with a cache", new TinyDecoder()),
                Arguments.of("without a cache", new TinyDecoder().withoutCache()),
                Arguments.of("of an older opset", new TinyDecoder().withOpset(13)),
                Arguments.of("with external data", new TinyDecoder().withExternalData()),
                Arguments.of("without positions", new TinyDecoder().withoutPositions()),
                Arguments.of("whose logits are reshaped", new TinyDecoder().withReshapedLogits()),
                Arguments.of(
                        "that is asked how many logits to keep",
                        new TinyDecoder().withLogitsToKeep("num_logits_to_keep")),
                Arguments.of(
                        "without a cache that is asked how many logits to keep",
                        new TinyDecoder().withoutCache().withLogitsToKeep("logits_to_keep")),
                Arguments.of("whose logits are cast", new TinyDecoder().withLogitsOf(DataType.DOUBLE)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("decoders")
    void score_responsesOfUnequalLength_equalsFullLogits(String name, TinyDecoder decoder) throws IOException {
        List<ScoringRequest> requests = List.of(
                new ScoringRequest("1", "abc", "defghij"),
                new ScoringRequest("2", "a", "z"),
                new ScoringRequest("3", "qwertyuiop", "asdf"));
        try (OnnxTeacher teacher = OnnxTeacher.open(config(decoder, GenerationConfig.GREEDY))) {
            List<Scoring> outcomes = teacher.score(admitted(teacher, requests));

            for (int i = 0; i < outcomes.size(); i++) {
                ScoredResponse scored = ((Scoring.Scored) outcomes.get(i)).response();
                ScoringRequest request = requests.get(i);
                assertThat(scored.text()).isEqualTo(request.response());
                assertThat(scored.tokens().end(scored.tokens().count() - 1))
                        .isEqualTo(scored.text().length());
                assertAgree(decoder, request.prompt(), scored, true, COLUMNS);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "3, 0", "7, 0", "100, 2", "2, 2", "5, 4"})
    void score_inWindowsAndWithSharedPrefixes_equalsFullLogits(int windowTokens, int sharedPrefixTokens)
            throws IOException {
        TinyDecoder decoder = new TinyDecoder();
        List<ScoringRequest> requests = List.of(
                new ScoringRequest("1", "abcdefgh", "defghij"),
                new ScoringRequest("2", "a", "z"),
                new ScoringRequest("3", "abcdexyz", "asdf"),
                new ScoringRequest("4", "abcdefgh", "zyx"),
                new ScoringRequest("5", "qwertyuiop", "asdf"),
                new ScoringRequest("6", "qwertz", "abcdefghi"),
                new ScoringRequest("7", "mnopq", null),
                new ScoringRequest("8", "mnoppqrs", null));
        TeacherConfig config = config(decoder, new GenerationConfig(8, 0, 1, 0))
                .withMemory(new MemoryConfig(1, windowTokens, 1))
                .withSharedPrefixTokens(sharedPrefixTokens);
        try (OnnxTeacher teacher = OnnxTeacher.open(config)) {
            List<Scoring> outcomes = teacher.score(admitted(teacher, requests));
            for (int i = 0; i < outcomes.size(); i++) {
                ScoringRequest request = requests.get(i);
                if (request.response() == null) {
                    assertThat(((Scoring.Scored) outcomes.get(i)).response().text())
                            .isEqualTo(mostLikely(decoder, request.prompt(), 8));
                }
                ScoredResponse scored = ((Scoring.Scored) outcomes.get(i)).response();
                assertAgree(decoder, request.prompt(), scored, scored.finishReason() == FinishReason.STOP, COLUMNS);
            }
        }
    }

    @Test
    void admit_uncutModelWithMoreLogitsThanAllowed_saysWhichKey() throws IOException {
        TinyDecoder decoder = new TinyDecoder().withReshapedLogits().withWindow(20_000);
        TeacherConfig config = config(decoder, GenerationConfig.GREEDY).withMemory(new MemoryConfig(1, 2048, 1));
        try (OnnxTeacher teacher = OnnxTeacher.open(config)) {
            Admission admission = teacher.admit(new ScoringRequest("1", "a".repeat(9_000), "a".repeat(1_000)));
            assertThat(admission).isInstanceOf(Admission.Rejected.class);
            assertThat(((Admission.Rejected) admission).rejection().detail())
                    .contains("10000 tokens")
                    .contains("teacher.memory.uncut-mebibytes");
            assertThat(teacher.admit(new ScoringRequest("1", "a".repeat(100), "a")))
                    .isInstanceOf(Admission.Admitted.class);
        }
    }

    @Test
    void score_stopString_endsTheResponseBeforeIt() throws IOException {
        TinyDecoder decoder = new TinyDecoder();
        String whole = mostLikely(decoder, "hello", 8);
        assertThat(whole).hasSizeGreaterThan(4);
        String stop = whole.substring(3, 5);
        int at = whole.indexOf(stop);
        TeacherConfig config =
                config(decoder, new GenerationConfig(8, 0, 1, 0, List.of("nowhere", stop, whole.substring(4))));
        try (OnnxTeacher teacher = OnnxTeacher.open(config)) {
            ScoredResponse scored = ((Scoring.Scored)
                            teacher.score(admitted(teacher, List.of(new ScoringRequest("1", "hello", null))))
                                    .get(0))
                    .response();
            assertThat(scored.text()).isEqualTo(whole.substring(0, at));
            assertThat(scored.finishReason()).isEqualTo(FinishReason.STOP);
            assertAgree(decoder, "hello", scored, false, COLUMNS);
        }
    }

    @Test
    void score_givenResponse_scoresTheEndWhereItIsWholeAndHasRoom() throws IOException {
        TinyDecoder decoder = new TinyDecoder();
        String prompt = "a".repeat(TinyDecoder.WINDOW - 4);
        List<ScoringRequest> requests = List.of(
                new ScoringRequest("room", prompt, "bcd"),
                new ScoringRequest("no room", prompt, "bcde"),
                new ScoringRequest("cut short", "abc", "def", FinishReason.LENGTH, false));
        try (OnnxTeacher teacher = OnnxTeacher.open(config(decoder, GenerationConfig.GREEDY))) {
            List<ScoredResponse> scored = teacher.score(admitted(teacher, requests)).stream()
                    .map(outcome -> ((Scoring.Scored) outcome).response())
                    .toList();
            assertAgree(decoder, prompt, scored.get(0), true, COLUMNS);
            assertThat(scored.get(0).tokens().id(3)).isEqualTo(END);
            assertThat(scored.get(0).tokens().start(3)).isEqualTo(3);
            assertThat(scored.get(0).tokens().end(3)).isEqualTo(3);
            assertAgree(decoder, prompt, scored.get(1), false, COLUMNS);
            assertThat(scored.get(1).finishReason()).isEqualTo(FinishReason.STOP);
            assertAgree(decoder, "abc", scored.get(2), false, COLUMNS);
            assertThat(scored.get(2).finishReason()).isEqualTo(FinishReason.LENGTH);
        }
    }

    @ParameterizedTest
    @CsvSource({"eos_token_id, true", "bos_token_id, false"})
    void score_modelStops_scoresTheTokenOnlyWhereItEndsTexts(String key, boolean endsText) throws IOException {
        TinyDecoder decoder = new TinyDecoder();
        TeacherConfig config = config(decoder, new GenerationConfig(20, 0, 1, 0));
        Path modelConfig = directory.resolve("config.json");
        Files.writeString(modelConfig, Files.readString(modelConfig).replace("eos_token_id", key));
        List<ScoringRequest> requests = "abcdefghijklmnopqrstuvwxyz"
                .chars()
                .mapToObj(letter -> String.valueOf((char) letter))
                .map(prompt -> new ScoringRequest(prompt, prompt, null))
                .toList();
        try (OnnxTeacher teacher = OnnxTeacher.open(config)) {
            List<Scoring> outcomes = teacher.score(admitted(teacher, requests));
            int stopped = 0;
            for (int i = 0; i < outcomes.size(); i++) {
                if (outcomes.get(i) instanceof Scoring.Scored scored
                        && scored.response().finishReason() == FinishReason.STOP) {
                    ScoredResponse written = scored.response();
                    String prompt = requests.get(i).prompt();
                    assertAgree(decoder, prompt, written, endsText, COLUMNS);
                    // The same text as one that production wrote: config.json names no other token that could end it.
                    ScoringRequest same = new ScoringRequest(prompt, prompt, written.text());
                    Scoring given =
                            teacher.score(admitted(teacher, List.of(same))).get(0);
                    assertAgree(decoder, prompt, ((Scoring.Scored) given).response(), endsText, COLUMNS);
                    stopped++;
                }
            }
            assertThat(stopped).isPositive();
        }
    }

    static Stream<Arguments> columnsOfDecoders() {
        return Stream.of(
                        new ColumnSelection(Selection.TOKEN, Ranking.PROBABILITY, K),
                        new ColumnSelection(Selection.SEQUENCE, Ranking.STANDARDISED, K),
                        new ColumnSelection(Selection.TOKEN, Ranking.PROBABILITY, 2.5f, K),
                        new ColumnSelection(Selection.SEQUENCE, Ranking.PROBABILITY, 0.5f, K),
                        new ColumnSelection(Selection.TOKEN, Ranking.PROBABILITY, TinyDecoder.VOCABULARY))
                .flatMap(kept -> decoders().map(decoder -> Arguments.of(kept, decoder.get()[0], decoder.get()[1])));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("columnsOfDecoders")
    void score_otherColumns_equalFullLogitsInABatchAndAlone(ColumnSelection kept, String name, TinyDecoder decoder)
            throws IOException {
        List<ScoringRequest> requests = List.of(
                new ScoringRequest("1", "abc", "defghij"),
                new ScoringRequest("2", "a", "z"),
                new ScoringRequest("3", "qwertyuiop", "asdf"));
        TeacherConfig config = config(decoder, GenerationConfig.GREEDY)
                .withColumns(kept.selection(), kept.ranking(), kept.k())
                .withTargetTemperature(kept.temperature());
        try (OnnxTeacher teacher = OnnxTeacher.open(config)) {
            List<Scoring> together = teacher.score(admitted(teacher, requests));
            for (int i = 0; i < requests.size(); i++) {
                ScoringRequest request = requests.get(i);
                assertAgree(decoder, request.prompt(), ((Scoring.Scored) together.get(i)).response(), true, kept);
                Scoring alone =
                        teacher.score(admitted(teacher, List.of(request))).get(0);
                assertAgree(decoder, request.prompt(), ((Scoring.Scored) alone).response(), true, kept);
            }
        }
    }

    @Test
    void score_standardisedColumns_areNotThoseOfProbability() throws IOException {
        TinyDecoder decoder = new TinyDecoder();
        TeacherConfig plain = config(decoder, GenerationConfig.GREEDY);
        List<ScoringRequest> requests = List.of(new ScoringRequest("1", "abc", "defghij"));
        List<RankedColumns> kept = new ArrayList<>();
        for (Ranking ranking : Ranking.values()) {
            try (OnnxTeacher teacher = OnnxTeacher.open(plain.withColumns(Selection.SEQUENCE, ranking, K))) {
                ScoredResponse scored = ((Scoring.Scored)
                                teacher.score(admitted(teacher, requests)).get(0))
                        .response();
                kept.add(scored.columns());
            }
        }
        assertThat(kept.get(0).ranking()).isEqualTo(Ranking.PROBABILITY);
        assertThat(kept.get(1).ranking()).isEqualTo(Ranking.STANDARDISED);
        assertThat(kept.get(1).logProbabilities()).isNotEqualTo(kept.get(0).logProbabilities());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("decoders")
    void score_sampledColumns_replayTheSameWhateverTheBatch(String name, TinyDecoder decoder) throws IOException {
        List<ScoringRequest> requests = IntStream.range(0, 12)
                .mapToObj(i -> new ScoringRequest("id" + i, "abcdefgh".substring(i % 8), "defghij".substring(i % 5)))
                .toList();
        TeacherConfig config =
                config(decoder, GenerationConfig.GREEDY).withColumns(Selection.SAMPLED, Ranking.PROBABILITY, K);
        List<List<Integer>> together;
        try (OnnxTeacher teacher = OnnxTeacher.open(config)) {
            together = columns(teacher.score(admitted(teacher, requests)));
            assertThat(requests.stream()
                            .flatMap(request -> columns(teacher.score(admitted(teacher, List.of(request)))).stream())
                            .toList())
                    .isEqualTo(together);
            ScoringRequest renamed = new ScoringRequest(
                    "other", requests.get(0).prompt(), requests.get(0).response());
            assertThat(columns(teacher.score(admitted(teacher, List.of(renamed)))))
                    .as("of another prompt with the same text")
                    .isNotEqualTo(together.subList(0, 1));
        }
        TeacherConfig reseeded = config.withGeneration(new GenerationConfig(8, 0, 1, 1));
        try (OnnxTeacher teacher = OnnxTeacher.open(reseeded.withMemory(new MemoryConfig(1, 3, 1)))) {
            assertThat(columns(teacher.score(admitted(teacher, requests)))).isNotEqualTo(together);
        }
        try (OnnxTeacher teacher = OnnxTeacher.open(config.withMemory(new MemoryConfig(1, 3, 1)))) {
            assertThat(columns(teacher.score(admitted(teacher, requests)))).isEqualTo(together);
        }
    }

    /** The ids of each response's columns, position by position; of their shares the order is left. */
    private static List<List<Integer>> columns(List<Scoring> outcomes) {
        return outcomes.stream()
                .map(outcome -> ((Scoring.Scored) outcome).response().columns())
                .map(columns -> IntStream.range(0, columns.positions() * columns.k())
                        .map(i -> columns.id(i / columns.k(), i % columns.k()))
                        .boxed()
                        .toList())
                .toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("decoders")
    void score_missingResponses_generatesTheMostLikelyTokens(String name, TinyDecoder decoder) throws IOException {
        List<ScoringRequest> requests = Stream.of("abc", "z", "mnopqrstuvwxy", "hello", "world")
                .map(prompt -> new ScoringRequest(prompt, prompt, null))
                .toList();
        try (OnnxTeacher teacher = OnnxTeacher.open(config(decoder, new GenerationConfig(8, 0, 1, 0)))) {
            List<Scoring> outcomes = teacher.score(admitted(teacher, requests));

            for (int i = 0; i < outcomes.size(); i++) {
                String prompt = requests.get(i).prompt();
                String text = mostLikely(decoder, prompt, 8);
                if (text.isEmpty()) {
                    assertThat(outcomes.get(i)).isInstanceOf(Scoring.Rejected.class);
                    continue;
                }
                ScoredResponse scored = ((Scoring.Scored) outcomes.get(i)).response();
                assertThat(scored.text()).isEqualTo(text);
                assertThat(scored.finishReason())
                        .isEqualTo(text.length() == 8 ? FinishReason.LENGTH : FinishReason.STOP);
                assertAgree(decoder, prompt, scored, text.length() < 8, COLUMNS);
            }
            assertThat(outcomes).hasAtLeastOneElementOfType(Scoring.Scored.class);
        }
    }

    @Test
    void score_sampledResponses_replaysTheSameTextWhateverTheBatch() throws IOException {
        List<ScoringRequest> requests = IntStream.range(0, 12)
                .mapToObj(i -> new ScoringRequest("id" + i, "abcdefgh".substring(i % 8), null))
                .toList();
        TeacherConfig config = config(new TinyDecoder(), new GenerationConfig(10, 2, 0.9, 1));
        List<String> together;
        try (OnnxTeacher teacher = OnnxTeacher.open(config)) {
            together = texts(teacher.score(admitted(teacher, requests)));
            List<String> alone = requests.stream()
                    .flatMap(request -> texts(teacher.score(admitted(teacher, List.of(request)))).stream())
                    .toList();
            assertThat(alone).isEqualTo(together);
        }
        assertThat(together).doesNotHaveDuplicates();
        try (OnnxTeacher teacher = OnnxTeacher.open(config.withGeneration(new GenerationConfig(10, 2, 0.9, 2)))) {
            assertThat(texts(teacher.score(admitted(teacher, requests)))).isNotEqualTo(together);
        }
    }

    @Test
    void score_smallTopP_isGreedy() throws IOException {
        TinyDecoder decoder = new TinyDecoder();
        try (OnnxTeacher teacher = OnnxTeacher.open(config(decoder, new GenerationConfig(8, 1, 1e-6, 3)))) {
            assertThat(texts(teacher.score(admitted(teacher, List.of(new ScoringRequest("1", "hello", null))))))
                    .containsExactly(mostLikely(decoder, "hello", 8));
        }
    }

    @ParameterizedTest
    @CsvSource({"SEQUENCE, PROBABILITY", "SEQUENCE, STANDARDISED", "TOKEN, PROBABILITY"})
    void score_notANumber_rejectsThatRowOnly(Selection selection, Ranking ranking) throws IOException {
        TeacherConfig config = config(new TinyDecoder().withNaNAfter('x'), GenerationConfig.GREEDY)
                .withColumns(selection, ranking, K);
        try (OnnxTeacher teacher = OnnxTeacher.open(config)) {
            List<Scoring> outcomes = teacher.score(admitted(
                    teacher, List.of(new ScoringRequest("1", "axa", "bb"), new ScoringRequest("2", "aaa", "bb"))));

            assertThat(outcomes.get(0))
                    .isEqualTo(Scoring.rejected(
                            RejectionCode.NOT_FINITE, "the teacher's distribution holds numbers that are not finite"));
            assertThat(outcomes.get(1)).isInstanceOf(Scoring.Scored.class);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1})
    void score_notANumberWhileGenerating_rejectsThatRowOnly(double temperature) throws IOException {
        TeacherConfig config =
                config(new TinyDecoder().withNaNAfter('x'), new GenerationConfig(8, temperature, 1e-6, 0));
        try (OnnxTeacher teacher = OnnxTeacher.open(config)) {
            List<ScoringRequest> requests =
                    List.of(new ScoringRequest("1", "axa", null), new ScoringRequest("2", "hello", null));
            List<Scoring> outcomes = teacher.score(admitted(teacher, requests));
            assertThat(outcomes.get(0))
                    .isEqualTo(Scoring.rejected(
                            RejectionCode.NOT_FINITE, "the teacher's distribution holds numbers that are not finite"));
            assertThat(outcomes.get(1)).isInstanceOf(Scoring.Scored.class);
            assertThat(teacher.answer(admitted(teacher, requests)))
                    .extracting(Optional::isPresent)
                    .containsExactly(false, true);
            List<String> told = new ArrayList<>();
            teacher.score(admitted(teacher, requests).get(0), told::add);
            assertThat(told).isEmpty();
        }
    }

    @Test
    void score_withListener_tellsTheTextAsItIsWritten() throws IOException {
        TinyDecoder decoder = new TinyDecoder();
        String whole = mostLikely(decoder, "hello", 8);
        assertThat(whole).hasSizeGreaterThan(2);
        TeacherConfig config = config(decoder, new GenerationConfig(8, 0, 1, 0));
        List<String> told = new ArrayList<>();
        try (OnnxTeacher teacher = OnnxTeacher.open(config)) {
            Admission.Admitted request = admitted(teacher, List.of(new ScoringRequest("1", "hello", null)))
                    .get(0);
            Scoring scoring = teacher.score(request, told::add);
            assertThat(((Scoring.Scored) scoring).response().text()).isEqualTo(whole);
            assertThat(told).containsExactly(whole.split(""));
        }
        told.clear();
        try (OnnxTeacher teacher = OnnxTeacher.open(
                config.withGeneration(new GenerationConfig(8, 0, 1, 0, List.of(whole.substring(1, 3)))))) {
            Scoring scoring = teacher.score(
                    admitted(teacher, List.of(new ScoringRequest("1", "hello", null)))
                            .get(0),
                    told::add);
            assertThat(((Scoring.Scored) scoring).response().text()).isEqualTo(whole.substring(0, 1));
            assertThat(told).isEmpty();
        }
    }

    @Test
    void admit_unscorableRequests_saysWhy() throws IOException {
        try (OnnxTeacher teacher = OnnxTeacher.open(config(new TinyDecoder(), GenerationConfig.GREEDY))) {
            assertThat(teacher.admit(new ScoringRequest("1", " ", "a")))
                    .isEqualTo(Admission.rejected(RejectionCode.EMPTY_PROMPT, "the prompt is empty"));
            assertThat(teacher.admit(new ScoringRequest("1", "a", "")))
                    .isEqualTo(Admission.rejected(RejectionCode.EMPTY_RESPONSE, "the response is empty"));
            assertThat(teacher.admit(new ScoringRequest("1", "a".repeat(20), "a".repeat(5))))
                    .isEqualTo(Admission.rejected(
                            RejectionCode.CONTEXT_WINDOW,
                            "prompt and response have 25 tokens, more than the context window of 24"));
            assertThat(teacher.admit(new ScoringRequest("1", "a".repeat(24), null)))
                    .isEqualTo(Admission.rejected(
                            RejectionCode.CONTEXT_WINDOW,
                            "the prompt has 24 tokens, which leaves no room in the context window of 24"));
        }
    }

    @Test
    void admit_requests_countsTheirTokens() throws IOException {
        try (OnnxTeacher teacher = OnnxTeacher.open(config(new TinyDecoder(), new GenerationConfig(8, 0, 1, 0)))) {
            assertThat(tokens(teacher, "abc", "de")).isEqualTo(5);
            assertThat(tokens(teacher, "abc", null)).isEqualTo(11);
            assertThat(tokens(teacher, "a".repeat(20), null)).isEqualTo(24);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.3, 0.9, 0.99, 1})
    void score_mass_keepsTheFewestColumnsThatHoldIt(double mass) throws IOException {
        TeacherConfig all = config(new TinyDecoder(), GenerationConfig.GREEDY)
                .withColumns(Selection.TOKEN, Ranking.PROBABILITY, TinyDecoder.VOCABULARY);
        RankedColumns whole = columns(all);
        RankedColumns kept = columns(all.withMass(mass));
        for (int t = 0; t < whole.positions(); t++) {
            int fewest = mass == 1 ? TinyDecoder.VOCABULARY : 0;
            for (double held = 0; mass < 1 && held < mass; fewest++) {
                held += Math.exp(whole.logProbability(t, fewest));
            }
            assertThat(kept.count(t)).as("columns of position %d", t).isEqualTo(fewest);
            for (int column = 0; column < fewest; column++) {
                assertThat(kept.id(t, column)).isEqualTo(whole.id(t, column));
                assertThat(kept.logProbability(t, column)).isEqualTo(whole.logProbability(t, column));
            }
        }
    }

    private static RankedColumns columns(TeacherConfig config) {
        try (OnnxTeacher teacher = OnnxTeacher.open(config)) {
            List<ScoringRequest> request = List.of(new ScoringRequest("1", "abc", "defghijklmnop"));
            return ((Scoring.Scored) teacher.score(admitted(teacher, request)).get(0))
                    .response()
                    .columns();
        }
    }

    @Test
    void open_moreColumnsThanTheVocabularyHas_keepsThemAll() throws IOException {
        TinyDecoder decoder = new TinyDecoder();
        TeacherConfig config =
                config(decoder, GenerationConfig.GREEDY).withColumns(Selection.SEQUENCE, Ranking.PROBABILITY, 1000);
        try (OnnxTeacher teacher = OnnxTeacher.open(config)) {
            ScoredResponse scored = ((Scoring.Scored)
                            teacher.score(admitted(teacher, List.of(new ScoringRequest("1", "a", "bc"))))
                                    .get(0))
                    .response();
            ColumnSelection all = new ColumnSelection(Selection.SEQUENCE, Ranking.PROBABILITY, TinyDecoder.VOCABULARY);
            assertAgree(decoder, "a", scored, true, all);
        }
    }

    @Test
    void open_again_usesTheDerivedFiles() throws IOException {
        TeacherConfig config = config(new TinyDecoder(), GenerationConfig.GREEDY);
        OnnxTeacher.open(config).close();
        List<Path> derived = derivedFiles();
        List<Object> times = lastModified(derived);

        OnnxTeacher.open(config).close();

        assertThat(derivedFiles())
                .isEqualTo(derived)
                .hasSize(4)
                .allMatch(file -> file.toString().endsWith(".onnx"));
        assertThat(lastModified(derived)).isEqualTo(times);
    }

    @Test
    void open_otherColumns_derivesAnotherScoringGraph() throws IOException {
        TeacherConfig config = config(new TinyDecoder(), GenerationConfig.GREEDY);
        OnnxTeacher.open(config).close();
        OnnxTeacher.open(config.withColumns(Selection.TOKEN, Ranking.PROBABILITY, K))
                .close();
        OnnxTeacher.open(config.withColumns(Selection.SEQUENCE, Ranking.STANDARDISED, K))
                .close();
        assertThat(derivedFiles())
                .map(file -> String.valueOf(file.getFileName()))
                .filteredOn(name -> name.startsWith("scoring"))
                .hasSize(3);
    }

    @Test
    void open_modelWithoutTokenizer_saysWhatToDo() throws IOException {
        TeacherConfig config = config(new TinyDecoder(), GenerationConfig.GREEDY);
        Files.delete(directory.resolve("tokenizer.json"));
        assertThatThrownBy(() -> OnnxTeacher.open(config))
                .isInstanceOf(ScorerException.class)
                .hasMessageStartingWith("no tokenizer.json in " + directory);
    }

    @Test
    void open_directoryWithoutModel_saysWhatToDo() {
        assertThatThrownBy(() -> OnnxTeacher.open(TeacherConfig.of(directory)))
                .isInstanceOf(ScorerException.class)
                .hasMessageStartingWith("no ONNX model in " + directory);
    }

    @Test
    void open_modelUnderOnnxWithConfigUnderHf_findsThem() throws IOException {
        config(new TinyDecoder(), GenerationConfig.GREEDY);
        Files.createDirectories(directory.resolve("onnx"));
        Files.createDirectories(directory.resolve("hf"));
        Files.move(directory.resolve("model.onnx"), directory.resolve("onnx/model.onnx"));
        for (String name : List.of("config.json", "tokenizer.json")) {
            Files.move(directory.resolve(name), directory.resolve("hf").resolve(name));
        }
        try (OnnxTeacher teacher = OnnxTeacher.open(TeacherConfig.of(directory))) {
            assertThat(teacher.contextWindow()).isEqualTo(TinyDecoder.WINDOW);
        }
    }

    @Test
    void open_severalModelsOfNoUsualName_namesThemAndTheSetting() throws IOException {
        TeacherConfig config = config(new TinyDecoder(), GenerationConfig.GREEDY);
        move("onnx/model_quantized.onnx");
        Path other = directory.resolve("onnx/model_q4f16.onnx");
        Files.copy(directory.resolve("onnx/model_quantized.onnx"), other);
        assertThatThrownBy(() -> OnnxTeacher.open(config))
                .isInstanceOf(ScorerException.class)
                .hasMessage(directory + " holds 2 ONNX files and none has a usual name (model.onnx, onnx/model.onnx):"
                        + " onnx/model_q4f16.onnx, onnx/model_quantized.onnx; name the one to use with teacher.model");

        Files.writeString(other, "not a model");
        OnnxTeacher.open(config.withModel(Path.of("onnx/model_quantized.onnx"))).close();
        OnnxTeacher.open(config.withModel(directory.resolve("onnx/model_quantized.onnx")))
                .close();
        assertThatThrownBy(() -> OnnxTeacher.open(config.withModel(Path.of("onnx/model_q4f16.onnx"))))
                .isInstanceOf(ScorerException.class)
                .hasMessageStartingWith(other + " is not an ONNX model");
    }

    @Test
    void open_onlyModelUnderOnnx_findsIt() throws IOException {
        TeacherConfig config = config(new TinyDecoder(), GenerationConfig.GREEDY);
        move("onnx/model_fp16.onnx");
        OnnxTeacher.open(config).close();
    }

    @Test
    void open_configuredModelThatIsNotThere_namesThoseThatAre() throws IOException {
        TeacherConfig config =
                config(new TinyDecoder(), GenerationConfig.GREEDY).withModel(Path.of("model_q4.onnx"));
        move("onnx/model_q4.onnx");
        assertThatThrownBy(() -> OnnxTeacher.open(config))
                .isInstanceOf(ScorerException.class)
                .hasMessage("teacher.model model_q4.onnx is no file in " + directory
                        + "; expected one of onnx/model_q4.onnx");
        Files.delete(directory.resolve("onnx/model_q4.onnx"));
        assertThatThrownBy(() -> OnnxTeacher.open(config))
                .hasMessage("teacher.model model_q4.onnx is no file in " + directory + ", which holds no ONNX file");
    }

    private void move(String name) throws IOException {
        Files.createDirectories(directory.resolve(name).getParent());
        Files.move(directory.resolve("model.onnx"), directory.resolve(name));
    }

    @Test
    void open_tokenizerOfAnotherModel_saysWhatToDo() throws IOException {
        TeacherConfig config = config(new TinyDecoder(), GenerationConfig.GREEDY);
        Path tokenizer = directory.resolve("tokenizer.json");
        Files.writeString(tokenizer, Files.readString(tokenizer).replace("\"z\": 26", "\"z\": 26, \"zz\": 27"));
        assertThatThrownBy(() -> OnnxTeacher.open(config))
                .isInstanceOf(ScorerException.class)
                .hasMessageContaining("has ids up to 27")
                .hasMessageContaining("a vocabulary of 27");
    }

    @Test
    void open_damagedModel_saysWhichFile() throws IOException {
        TeacherConfig config = config(new TinyDecoder(), GenerationConfig.GREEDY);
        Files.writeString(directory.resolve("model.onnx"), "not a model");
        assertThatThrownBy(() -> OnnxTeacher.open(config))
                .isInstanceOf(ScorerException.class)
                .hasMessageContaining("model.onnx");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpu", "cuda", "cuda:x", "CPU"})
    void config_unknownDevice_isRefused(String device) {
        assertThatThrownBy(() -> TeacherConfig.of(directory).withDevice(device, 1))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("'" + device + "'");
    }

    @Test
    void config_tokenColumnsStandardised_isRefused() {
        TeacherConfig config = TeacherConfig.of(directory);
        assertThatThrownBy(() -> config.withColumns(Selection.TOKEN, Ranking.STANDARDISED, K))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("ranking is standardised; expected probability unless the selection is sequence");
    }

    @Test
    void config_temperatureOfStandardisedColumns_isRefused() {
        TeacherConfig config = TeacherConfig.of(directory).withColumns(Selection.SEQUENCE, Ranking.STANDARDISED, K);
        assertThatThrownBy(() -> config.withTargetTemperature(2))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("target-temperature is 2.0; expected 1 with ranking standardised");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY, 1e-60, 1e60})
    void config_temperatureThatIsNone_isRefused(double temperature) {
        assertThatThrownBy(() -> TeacherConfig.of(directory).withTargetTemperature(temperature))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("target-temperature is " + temperature);
    }

    @Test
    void config_projectionOfSequenceColumns_isRefused() {
        TeacherConfig config = TeacherConfig.of(directory).withColumns(Selection.SEQUENCE, Ranking.PROBABILITY, K);
        assertThatThrownBy(() -> config.withProjectOnto(directory))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining(
                        "project-onto is '" + directory + "'; expected none unless the selection is token");
    }

    @Test
    void config_moreColumnsOfAPositionThanARecordCounts_isRefused() {
        assertThatThrownBy(() -> TeacherConfig.of(directory).withColumns(Selection.TOKEN, Ranking.PROBABILITY, 256))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("top-k is 256; expected at most 255");
    }

    private TeacherConfig config(TinyDecoder decoder, GenerationConfig generation) throws IOException {
        return TeacherConfig.of(decoder.write(directory))
                .withColumns(Selection.SEQUENCE, Ranking.PROBABILITY, K)
                .withDevice("cpu", 1)
                .withGeneration(generation);
    }

    private static List<Admission.Admitted> admitted(OnnxTeacher teacher, List<ScoringRequest> requests) {
        return requests.stream()
                .map(request -> (Admission.Admitted) teacher.admit(request))
                .toList();
    }

    private static int tokens(OnnxTeacher teacher, String prompt, String response) {
        return ((Admission.Admitted) teacher.admit(new ScoringRequest("1", prompt, response))).tokens();
    }

    private static List<String> texts(List<Scoring> outcomes) {
        return outcomes.stream()
                .map(outcome -> outcome instanceof Scoring.Scored scored
                        ? scored.response().text()
                        : outcome.toString())
                .toList();
    }

    private static int[] ids(String letters) {
        return letters.chars().map(letter -> letter - 'a' + 1).toArray();
    }

    /** @param endsText whether the end of the text is scored, which only the last position says */
    private static void assertAgree(
            TinyDecoder decoder, String prompt, ScoredResponse scored, boolean endsText, ColumnSelection kept) {
        int[] promptIds = ids(prompt);
        int[] textIds = ids(scored.text());
        int[] response = Arrays.copyOf(textIds, textIds.length + (endsText ? 1 : 0));
        int[] all = IntStream.concat(Arrays.stream(promptIds), Arrays.stream(response))
                .toArray();
        assertThat(scored.tokens().endsText()).isEqualTo(endsText);
        assertThat(IntStream.range(0, scored.tokens().count()).map(scored.tokens()::id))
                .containsExactly(Arrays.stream(response).boxed().toArray(Integer[]::new));
        new FullLogits(IntStream.range(promptIds.length, all.length)
                        .mapToObj(t -> decoder.logits(Arrays.copyOf(all, t)))
                        .toArray(double[][]::new))
                .assertAgree(scored, response, kept);
    }

    private static String mostLikely(TinyDecoder decoder, String prompt, int most) {
        String text = prompt;
        while (text.length() < Math.min(prompt.length() + most, TinyDecoder.WINDOW)) {
            double[] logits = decoder.logits(ids(text));
            int best = IntStream.range(0, logits.length)
                    .reduce(0, (one, other) -> logits[other] > logits[one] ? other : one);
            if (best == 0) {
                break;
            }
            text += (char) ('a' + best - 1);
        }
        return text.substring(prompt.length());
    }

    private List<Path> derivedFiles() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve(".stillstream"))) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static List<Object> lastModified(List<Path> files) throws IOException {
        List<Object> times = new ArrayList<>();
        for (Path file : files) {
            times.add(Files.getLastModifiedTime(file));
        }
        return times;
    }
}

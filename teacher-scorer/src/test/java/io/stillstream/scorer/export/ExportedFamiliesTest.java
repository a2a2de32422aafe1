package io.stillstream.scorer.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.huggingface.safetensors.SafetensorsWriter;
import io.stillstream.huggingface.safetensors.TensorData;
import io.stillstream.huggingface.safetensors.TensorInfo;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.export.weights.WeightType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exported families in ONNX Runtime against transformers. */
final class ExportedFamiliesTest {

    private static final ExportOptions WITHOUT_PAST = new ExportOptions(WeightType.FP32, false);
    private static final int PROMPT = 3;
    private static final int LAST = FamilyGolden.TEXTS - 1;

    @TempDir
    private Path temporary;

    static List<String> models() {
        return List.of(
                "bloom",
                "bloom-six-heads",
                "gemma2",
                "gemma3",
                "gpt2",
                "gpt2-scaled",
                "gpt_neox",
                "gpt_neox-sequential",
                "llama",
                "llama-linear",
                "llama-llama3",
                "llama-yarn",
                "mistral",
                "opt",
                "opt-350m",
                "phi3",
                "qwen2",
                "qwen2-window",
                "qwen3",
                "smollm3",
                "smollm3-window");
    }

    /** Models whose frequencies depend on the length of a text. */
    static List<String> modelsByLength() {
        return List.of("llama-dynamic", "phi3-longrope");
    }

    @ParameterizedTest
    @MethodSource("models")
    void logits_atOnceAndTokenByToken_areThoseOfTransformers(String name) throws Exception {
        try (FamilyGolden golden = new FamilyGolden(name);
                RunningModel model = export(golden, ExportOptions.defaults())) {
            long[] ids = golden.ids(LAST);
            golden.requireClose(model.run(new long[][] {ids})[0], LAST, 0);

            long[][] prompt = {Arrays.copyOf(ids, PROMPT)};
            model.run(prompt, ones(PROMPT), new long[][] {{0, 1, 2}}, false);
            for (int t = PROMPT; t < ids.length; t++) {
                float[][][] next = model.run(new long[][] {{ids[t]}}, ones(t + 1), new long[][] {{t}}, true);
                golden.requireClose(next[0], LAST, t);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void logits_ofABatchInTwoRuns_areThoseOfTransformersForEachText(String name) throws Exception {
        try (FamilyGolden golden = new FamilyGolden(name);
                RunningModel model = export(golden, ExportOptions.defaults())) {
            int width = golden.ids(LAST).length;
            int cut = width - 5;
            long[][] ids = new long[FamilyGolden.TEXTS][width];
            long[][] mask = new long[FamilyGolden.TEXTS][width];
            long[][] positions = new long[FamilyGolden.TEXTS][width];
            for (int text = 0; text < FamilyGolden.TEXTS; text++) {
                long[] own = golden.ids(text);
                int padding = width - own.length;
                System.arraycopy(own, 0, ids[text], padding, own.length);
                for (int place = 0; place < own.length; place++) {
                    mask[text][padding + place] = 1;
                    positions[text][padding + place] = place;
                }
            }
            float[][][] first =
                    model.run(columns(ids, 0, cut), columns(mask, 0, cut), columns(positions, 0, cut), false);
            float[][][] second = model.run(columns(ids, cut, width), mask, columns(positions, cut, width), true);
            for (int text = 0; text < FamilyGolden.TEXTS; text++) {
                int padding = width - golden.ids(text).length;
                golden.requireClose(Arrays.copyOfRange(first[text], padding, cut), text, 0);
                golden.requireClose(second[text], text, cut - padding);
            }
        }
    }

    @ParameterizedTest
    @MethodSource({"models", "modelsByLength"})
    void logits_ofABatchWithoutCache_areThoseOfTransformersForEachText(String name) throws Exception {
        try (FamilyGolden golden = new FamilyGolden(name);
                RunningModel model = export(golden, WITHOUT_PAST)) {
            assertThat(model.inputs()).containsExactly("input_ids", "attention_mask");
            int width = golden.ids(LAST).length;
            long[][] ids = new long[FamilyGolden.TEXTS][width];
            long[][] mask = new long[FamilyGolden.TEXTS][width];
            for (int text = 0; text < FamilyGolden.TEXTS; text++) {
                long[] own = golden.ids(text);
                System.arraycopy(own, 0, ids[text], 0, own.length);
                Arrays.fill(mask[text], 0, own.length, 1);
            }
            float[][][] found = model.run(ids, mask, new long[0][], false);
            for (int text = 0; text < FamilyGolden.TEXTS; text++) {
                golden.requireClose(Arrays.copyOf(found[text], golden.ids(text).length), text, 0);
            }
        }
    }

    @Test
    void greedyText_throughTheOriginalLengthOfLongrope_isThatOfTransformers() throws Exception {
        try (FamilyGolden golden = new FamilyGolden("phi3-longrope");
                RunningModel model = export(golden, WITHOUT_PAST)) {
            List<Long> text = new ArrayList<>();
            for (int t = 0; t < PROMPT; t++) {
                text.add(golden.ids(0)[t]);
            }
            for (long expected : golden.greedy()) {
                long[] ids = text.stream().mapToLong(Long::longValue).toArray();
                float[][] logits = model.run(new long[][] {ids})[0];
                assertThat(largest(logits[ids.length - 1]))
                        .as("token %s", ids.length)
                        .isEqualTo(expected);
                text.add(expected);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("modelsByLength")
    void logitsOfAShortText_besideALongOne_areThoseOfTheTextAlone(String name) throws Exception {
        try (FamilyGolden golden = new FamilyGolden(name);
                RunningModel model = export(golden, WITHOUT_PAST)) {
            long[] longText = golden.ids(LAST);
            long[] shortText = Arrays.copyOf(golden.ids(0), PROMPT);
            float[][] alone = model.run(new long[][] {shortText})[0];
            long[][] mask = {ones(longText.length)[0], Arrays.copyOf(ones(PROMPT)[0], longText.length)};
            float[][][] together =
                    model.run(new long[][] {longText, Arrays.copyOf(shortText, longText.length)}, mask, mask, false);
            for (int t = 0; t < PROMPT; t++) {
                for (int v = 0; v < alone[t].length; v++) {
                    assertThat(Math.abs(together[1][t][v] - alone[t][v])).isLessThan(1e-4f);
                }
            }
        }
    }

    @Test
    void encoderWithADecoder_isRefusedByName() throws Exception {
        try (FamilyGolden golden = new FamilyGolden("t5")) {
            Path source = golden.copyTo(temporary.resolve("t5"));
            Path target = temporary.resolve("onnx");
            assertThatThrownBy(() -> OnnxExporter.export(source, target, ExportOptions.defaults()))
                    .isInstanceOf(ScorerException.class)
                    .hasMessage("export-onnx draws decoders; the model_type of " + source
                            + " is 't5', an encoder with a decoder");
            assertThat(target).doesNotExist();
        }
    }

    @ParameterizedTest
    @MethodSource("modelsByLength")
    void cacheOfAModelWhoseFrequenciesDependOnTheLength_isRefusedWithTheReason(String name) throws Exception {
        try (FamilyGolden golden = new FamilyGolden(name)) {
            Path source = golden.copyTo(temporary.resolve("source"));
            assertThatThrownBy(() -> OnnxExporter.export(source, temporary.resolve("out"), ExportOptions.defaults()))
                    .isInstanceOf(ScorerException.class)
                    .hasMessageContaining("rope_type is '" + name.substring(name.indexOf('-') + 1) + "'")
                    .hasMessageContaining("expected an export with --no-past");
        }
    }

    /** The goldens' weights came as bfloat16, and are none that a half has to round. */
    @ParameterizedTest
    @ValueSource(strings = {"bloom", "gemma2", "gpt2"})
    void logitsOfHalves_areThoseOfTransformers(String name) throws Exception {
        try (FamilyGolden golden = new FamilyGolden(name);
                RunningModel model = export(golden, new ExportOptions(WeightType.FP16, true))) {
            golden.requireClose(model.run(new long[][] {golden.ids(LAST)})[0], LAST, 0);
        }
    }

    @Test
    void checkpointWithoutTheBeginningOfNames_isExported() throws Exception {
        try (FamilyGolden golden = new FamilyGolden("gpt2")) {
            Path source = golden.copyTo(temporary.resolve("source"));
            List<TensorData> shortened;
            try (SafetensorsReader reader = SafetensorsReader.ofModel(source)) {
                shortened = reader.tensors().values().stream()
                        .map(info -> shortened(reader, info))
                        .toList();
            }
            SafetensorsWriter.write(source.resolve("model.safetensors"), shortened, Map.of());
            OnnxExporter.export(source, temporary.resolve("out"), ExportOptions.defaults());
            try (RunningModel model = new RunningModel(temporary.resolve("out/model.onnx"))) {
                golden.requireClose(model.run(new long[][] {golden.ids(LAST)})[0], LAST, 0);
            }
        }
    }

    @Test
    void adapter_isRefusedByName() throws Exception {
        Files.writeString(temporary.resolve("adapter_config.json"), "{}");
        assertThatThrownBy(() -> OnnxExporter.export(temporary, temporary.resolve("out"), ExportOptions.defaults()))
                .isInstanceOf(ScorerException.class)
                .hasMessageContaining("LoRA adapter")
                .hasMessageContaining("stillstream merge-adapter");
    }

    private RunningModel export(FamilyGolden golden, ExportOptions options) throws Exception {
        Path source = golden.copyTo(temporary.resolve("source"));
        OnnxExporter.export(source, temporary.resolve("out"), options);
        return new RunningModel(temporary.resolve("out/model.onnx"));
    }

    /** As a checkpoint has it that was saved without its LM head. */
    private static TensorData shortened(SafetensorsReader reader, TensorInfo info) {
        String name = info.name().substring("transformer.".length());
        return TensorData.ofFloats(name, reader.floats(info.name()), info.shapeArray());
    }

    private static long[][] columns(long[][] rows, int from, int to) {
        return Arrays.stream(rows).map(row -> Arrays.copyOfRange(row, from, to)).toArray(long[][]::new);
    }

    private static int largest(float[] values) {
        int largest = 0;
        for (int i = 1; i < values.length; i++) {
            largest = values[i] > values[largest] ? i : largest;
        }
        return largest;
    }

    private static long[][] ones(int length) {
        long[][] mask = new long[1][length];
        Arrays.fill(mask[0], 1);
        return mask;
    }
}

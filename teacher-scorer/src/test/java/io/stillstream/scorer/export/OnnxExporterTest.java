package io.stillstream.scorer.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.config.PlainLlama;
import io.stillstream.huggingface.safetensors.Dtype;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.export.weights.WeightType;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OnnxExporterTest {

    private static final double TOLERANCE = 1e-4;
    private static final ExportOptions WITHOUT_PAST = new ExportOptions(WeightType.FP32, false);
    private static final long[] TEXT = {1, 7, 3, 28, 0, 11, 5};
    private static final long[] SHORT_TEXT = {1, 9, 4};
    private static final long PADDING = 13;

    @TempDir
    private Path temporary;

    @ParameterizedTest
    @CsvSource({"3, 3, true", "3, 3, false", "6, 2, true", "4, 1, false"})
    void logits_withPastOfLengthZero_areThoseOfTheForwardPass(int heads, int keyValueHeads, boolean tied)
            throws Exception {
        TinyLlama llama = TinyLlama.random(TinyLlama.config(heads, keyValueHeads, tied), 1);
        try (RunningModel model = export(llama, ExportOptions.defaults())) {
            float[][][] logits = model.run(TEXT, reversed(TEXT));
            assertClose(logits[0], llama.forward(TEXT), 0);
            assertClose(logits[1], llama.forward(reversed(TEXT)), 0);
        }
    }

    @ParameterizedTest
    @CsvSource({"3, 3, true", "6, 2, false"})
    void logits_withoutPast_areThoseOfTheForwardPass(int heads, int keyValueHeads, boolean tied) throws Exception {
        TinyLlama llama = TinyLlama.random(TinyLlama.config(heads, keyValueHeads, tied), 2);
        try (RunningModel model = export(llama, WITHOUT_PAST)) {
            assertThat(model.inputs()).containsExactly("input_ids", "attention_mask");
            assertThat(model.outputs()).containsExactly("logits");
            assertClose(model.run(TEXT)[0], llama.forward(TEXT), 0);
        }
    }

    @Test
    void logits_continuedTokenByToken_areThoseOfTheWholeText() throws Exception {
        TinyLlama llama = grouped();
        double[][] expected = llama.forward(TEXT);
        try (RunningModel model = export(llama, ExportOptions.defaults())) {
            model.run(new long[][] {{TEXT[0], TEXT[1], TEXT[2]}}, ones(3), new long[][] {{0, 1, 2}}, false);
            for (int t = 3; t < TEXT.length; t++) {
                float[][][] next = model.run(new long[][] {{TEXT[t]}}, ones(t + 1), new long[][] {{t}}, true);
                assertClose(next[0], new double[][] {expected[t]}, 0);
            }
        }
    }

    @Test
    void logits_continuedByAChunk_areThoseOfTheWholeText() throws Exception {
        TinyLlama llama = grouped();
        double[][] expected = llama.forward(TEXT);
        try (RunningModel model = export(llama, ExportOptions.defaults())) {
            model.run(new long[][] {{1, 7, 3}}, ones(3), new long[][] {{0, 1, 2}}, false);
            float[][][] rest = model.run(new long[][] {{28, 0, 11, 5}}, ones(7), new long[][] {{3, 4, 5, 6}}, true);
            assertClose(rest[0], Stream.of(expected).skip(3).toArray(double[][]::new), 0);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void logits_ofPaddedTexts_areThoseOfTheTextsAlone(boolean withPast) throws Exception {
        TinyLlama llama = grouped();
        int padding = TEXT.length - SHORT_TEXT.length;
        long[][] ids = {TEXT, padded(SHORT_TEXT, padding, 0), padded(SHORT_TEXT, 0, padding)};
        long[][] mask = {
            {1, 1, 1, 1, 1, 1, 1}, {0, 0, 0, 0, 1, 1, 1}, {1, 1, 1, 0, 0, 0, 0},
        };
        long[][] positions = {
            {0, 1, 2, 3, 4, 5, 6}, {0, 0, 0, 0, 0, 1, 2}, {0, 1, 2, 1, 1, 1, 1},
        };
        try (RunningModel model = export(llama, new ExportOptions(WeightType.FP32, withPast))) {
            float[][][] logits = model.run(ids, mask, positions, false);
            assertClose(logits[0], llama.forward(TEXT), 0);
            assertClose(logits[1], llama.forward(SHORT_TEXT), padding);
            assertClose(logits[2], llama.forward(SHORT_TEXT), 0);
        }
    }

    @Test
    void logits_continuedAfterPadding_areThoseOfTheTextsAlone() throws Exception {
        TinyLlama llama = grouped();
        try (RunningModel model = export(llama, ExportOptions.defaults())) {
            long[][] ids = {{1, 7, 3}, {PADDING, PADDING, 1}, {1, PADDING, PADDING}};
            long[][] mask = {{1, 1, 1, 1}, {0, 0, 1, 1}, {1, 0, 0, 1}};
            long[][] first = Stream.of(mask)
                    .map(row -> new long[] {row[0], row[1], row[2]})
                    .toArray(long[][]::new);
            model.run(ids, first, new long[][] {{0, 1, 2}, {0, 0, 0}, {0, 0, 0}}, false);
            float[][][] next = model.run(new long[][] {{28}, {9}, {9}}, mask, new long[][] {{3}, {1}, {1}}, true);
            assertClose(next[0], llama.forward(1, 7, 3, 28), -3);
            assertClose(next[1], llama.forward(1, 9), -1);
            assertClose(next[2], llama.forward(1, 9), -1);
        }
    }

    @Test
    void everyLogit_ofPadding_isANumber() throws Exception {
        try (RunningModel model = export(grouped(), ExportOptions.defaults())) {
            long[][] ids = {padded(SHORT_TEXT, 2, 0)};
            for (float[] row :
                    model.run(ids, new long[][] {{0, 0, 1, 1, 1}}, new long[][] {{0, 0, 0, 1, 2}}, false)[0]) {
                for (float logit : row) {
                    assertThat(logit).isFinite();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Dtype.class,
            names = {"F16", "BF16"})
    void logits_ofHalfPrecisionCheckpoints_areThoseOfTheirWeights(Dtype dtype) throws Exception {
        TinyLlama rounded = grouped().roundedTo(dtype, true);
        Path source = grouped().writeTo(temporary.resolve("source"), dtype);
        OnnxExporter.export(source, temporary.resolve("out"), ExportOptions.defaults());
        try (RunningModel model = new RunningModel(temporary.resolve("out/model.onnx"))) {
            assertClose(model.run(TEXT)[0], rounded.forward(TEXT), 0);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void logits_ofWeightsStoredAsHalf_areThoseOfRoundedMatrices(boolean tied) throws Exception {
        TinyLlama llama = TinyLlama.random(TinyLlama.config(6, 2, tied), 3);
        try (RunningModel model = export(llama, new ExportOptions(WeightType.FP16, true))) {
            assertClose(model.run(TEXT)[0], llama.roundedTo(Dtype.F16, false).forward(TEXT), 0);
        }
    }

    @Test
    void weightsStoredAsHalf_roundToTheNearestAndTiesToEven() throws Exception {
        TinyLlama llama = grouped();
        float[] values = llama.tensors().get("model.embed_tokens.weight").values();
        // Halves near 1 are 2^-10 apart: halfway goes to the even neighbour, a little more goes up.
        values[0] = 1 + 0x1p-11f;
        values[1] = 1 + 3 * 0x1p-11f;
        values[2] = 1 + 0x1p-11f + 0x1p-20f;
        values[3] = -0x1p-25f;
        export(llama, new ExportOptions(WeightType.FP16, true)).close();
        var bytes = initialisers(temporary.resolve("out"))
                .get("model.embed_tokens.weight")
                .getRawData()
                .asReadOnlyByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.getShort(0)).isEqualTo((short) 0x3c00);
        assertThat(bytes.getShort(2)).isEqualTo((short) 0x3c02);
        assertThat(bytes.getShort(4)).isEqualTo((short) 0x3c01);
        assertThat(bytes.getShort(6)).isEqualTo((short) 0x8000);
    }

    @Test
    void weightTooLargeForHalf_isRefusedByName() throws Exception {
        TinyLlama llama = grouped();
        llama.tensors().get("model.layers.1.mlp.up_proj.weight").values()[5] = 70_000f;
        assertThatThrownBy(() -> export(llama, new ExportOptions(WeightType.FP16, true)))
                .isInstanceOf(ScorerException.class)
                .hasMessageContaining("model.layers.1.mlp.up_proj.weight")
                .hasMessageContaining("70000.0");
    }

    @Test
    void weightThatIsNoNumber_isRefusedByName() throws Exception {
        TinyLlama llama = grouped();
        llama.tensors().get("model.norm.weight").values()[5] = Float.NaN;
        assertThatThrownBy(() -> export(llama, ExportOptions.defaults()))
                .isInstanceOf(ScorerException.class)
                .hasMessageContaining("model.norm.weight")
                .hasMessageContaining("NaN");
    }

    @ParameterizedTest
    @EnumSource(WeightType.class)
    void largeModel_keepsItsWeightsBesideItself(WeightType type) throws Exception {
        TinyLlama llama = grouped();
        Path source = llama.writeTo(temporary.resolve("source"), Dtype.F32);
        OnnxExporter.export(source, temporary.resolve("out"), new ExportOptions(type, true), 1000);
        assertThat(temporary.resolve("out/model.onnx_data")).exists();
        assertThat(initialisers(temporary.resolve("out")).get("model.embed_tokens.weight"))
                .matches(tensor -> tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL)
                .matches(tensor -> tensor.getRawData().isEmpty());
        TinyLlama expected = type == WeightType.FP16 ? llama.roundedTo(Dtype.F16, false) : llama;
        try (RunningModel model = new RunningModel(temporary.resolve("out/model.onnx"))) {
            assertClose(model.run(TEXT)[0], expected.forward(TEXT), 0);
        }
        OnnxExporter.export(source, temporary.resolve("out"), new ExportOptions(type, true));
        assertThat(temporary.resolve("out/model.onnx_data")).doesNotExist();
    }

    @Test
    void sameCheckpoint_givesTheSameBytes() throws Exception {
        Path source = grouped().writeTo(temporary.resolve("source"), Dtype.F32);
        OnnxExporter.export(source, temporary.resolve("a"), ExportOptions.defaults());
        OnnxExporter.export(source, temporary.resolve("b"), ExportOptions.defaults());
        assertThat(temporary.resolve("a/model.onnx")).hasSameBinaryContentAs(temporary.resolve("b/model.onnx"));
    }

    @Test
    void outputDirectory_holdsTheTokenizerAndNothingUnfinished() throws Exception {
        Path source = grouped().writeTo(temporary.resolve("source"), Dtype.F32);
        Files.writeString(source.resolve("generation_config.json"), "{\"eos_token_id\": 2}");
        Files.writeString(source.resolve("chat_template.jinja"), "{{ messages }}");
        OnnxExporter.export(source, temporary.resolve("out"), ExportOptions.defaults());
        try (Stream<Path> files = Files.list(temporary.resolve("out"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "model.onnx",
                            "config.json",
                            "tokenizer.json",
                            "generation_config.json",
                            "chat_template.jinja");
        }
    }

    @Test
    void shards_areReadAsOneCheckpoint() throws Exception {
        TinyLlama llama = grouped();
        Path source = llama.writeTo(temporary.resolve("source"), Dtype.F32);
        Map<String, TinyLlama.Tensor> layers = new HashMap<>(llama.tensors());
        layers.keySet().removeIf(name -> !name.startsWith("model.layers"));
        Map<String, TinyLlama.Tensor> rest = new HashMap<>(llama.tensors());
        rest.keySet().removeAll(layers.keySet());
        new TinyLlama(llama.config(), layers).writeTo(source, Dtype.F32);
        Files.move(source.resolve("model.safetensors"), source.resolve("model-00001-of-00002.safetensors"));
        new TinyLlama(llama.config(), rest).writeTo(source, Dtype.F32);
        Files.move(source.resolve("model.safetensors"), source.resolve("model-00002-of-00002.safetensors"));
        ObjectNode index = new ObjectMapper().createObjectNode();
        ObjectNode map = index.putObject("weight_map");
        layers.keySet().forEach(name -> map.put(name, "model-00001-of-00002.safetensors"));
        rest.keySet().forEach(name -> map.put(name, "model-00002-of-00002.safetensors"));
        Files.writeString(source.resolve("model.safetensors.index.json"), index.toString());
        OnnxExporter.export(source, temporary.resolve("out"), ExportOptions.defaults());
        try (RunningModel model = new RunningModel(temporary.resolve("out/model.onnx"))) {
            assertClose(model.run(TEXT)[0], llama.forward(TEXT), 0);
        }
    }

    @Test
    void missingTensor_isNamed() {
        TinyLlama llama = grouped();
        llama.tensors().remove("model.layers.2.self_attn.k_proj.weight");
        assertThatThrownBy(() -> export(llama, ExportOptions.defaults()))
                .isInstanceOf(ScorerException.class)
                .hasMessageContaining("model.layers.2.self_attn.k_proj.weight is missing");
        assertThat(temporary.resolve("out")).doesNotExist();
    }

    @Test
    void misshapedTensor_isNamedWithBothShapes() {
        TinyLlama llama = grouped();
        llama.tensors().put("model.layers.0.mlp.up_proj.weight", new TinyLlama.Tensor(new float[960], 24, 40));
        assertThatThrownBy(() -> export(llama, ExportOptions.defaults()))
                .isInstanceOf(ScorerException.class)
                .hasMessageContaining("model.layers.0.mlp.up_proj.weight")
                .hasMessageContaining("[24, 40]")
                .hasMessageContaining("[40, 24]");
    }

    @Test
    void tensorWithoutAPlace_isNamed() {
        TinyLlama llama = grouped();
        llama.tensors().put("model.layers.0.self_attn.q_norm.weight", new TinyLlama.Tensor(new float[8], 8));
        assertThatThrownBy(() -> export(llama, ExportOptions.defaults()))
                .isInstanceOf(ScorerException.class)
                .hasMessageContaining("model.layers.0.self_attn.q_norm.weight");
    }

    @Test
    void directoryWithoutTokenizer_isRefused() throws Exception {
        Path source = grouped().writeTo(temporary.resolve("source"), Dtype.F32);
        Files.delete(source.resolve("tokenizer.json"));
        assertThatThrownBy(() -> OnnxExporter.export(source, temporary.resolve("out"), ExportOptions.defaults()))
                .isInstanceOf(ScorerException.class)
                .hasMessageContaining("tokenizer.json");
    }

    @Test
    void directoryWithoutConfig_isRefused() {
        assertThatThrownBy(() -> OnnxExporter.export(temporary, temporary.resolve("out"), ExportOptions.defaults()))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining("config.json");
    }

    private static TinyLlama grouped() {
        PlainLlama config = TinyLlama.config(6, 2, true);
        return TinyLlama.random(config, 4);
    }

    private RunningModel export(TinyLlama llama, ExportOptions options) throws Exception {
        Path source = llama.writeTo(temporary.resolve("source"), Dtype.F32);
        OnnxExporter.export(source, temporary.resolve("out"), options);
        return new RunningModel(temporary.resolve("out/model.onnx"));
    }

    private static Map<String, TensorProto> initialisers(Path directory) throws Exception {
        Map<String, TensorProto> tensors = new HashMap<>();
        try (InputStream in = Files.newInputStream(directory.resolve("model.onnx"))) {
            ModelProto.parseFrom(in)
                    .getGraph()
                    .getInitializerList()
                    .forEach(tensor -> tensors.put(tensor.getName(), tensor));
        }
        return tensors;
    }

    /** @param offset row of {@code found} where the expected text starts; negative: row of the text where found starts */
    private static void assertClose(float[][] found, double[][] expected, int offset) {
        for (int t = Math.max(0, -offset); t < expected.length; t++) {
            for (int v = 0; v < expected[t].length; v++) {
                assertThat((double) found[t + offset][v])
                        .as("logit %d of position %d", v, t)
                        .isCloseTo(expected[t][v], within(TOLERANCE));
            }
        }
    }

    private static long[] padded(long[] ids, int left, int right) {
        long[] padded = new long[left + ids.length + right];
        Arrays.fill(padded, PADDING);
        System.arraycopy(ids, 0, padded, left, ids.length);
        return padded;
    }

    private static long[] reversed(long[] ids) {
        long[] reversed = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            reversed[i] = ids[ids.length - 1 - i];
        }
        return reversed;
    }

    private static long[][] ones(int length) {
        long[] ones = new long[length];
        Arrays.fill(ones, 1);
        return new long[][] {ones};
    }
}

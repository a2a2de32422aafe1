package io.stillstream.scorer.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.scorer.ScorerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exported families against transformers: the goldens of the student's decoders, whose module this one does not depend on. */
final class ExportedFamiliesTest {

    private static final Path GOLDENS = Path.of("../student/src/test/resources/families");
    private static final double TOLERANCE = 1e-4;
    private static final int PROMPT = 3;

    @TempDir
    private Path temporary;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama",
                "llama-linear",
                "llama-llama3",
                "llama-yarn",
                "mistral",
                "qwen2",
                "qwen2-window",
                "qwen3",
                "smollm3",
                "smollm3-window"
            })
    void logits_atOnceAndTokenByToken_areThoseOfTransformers(String name) throws Exception {
        OnnxExporter.export(source(name), temporary.resolve("out"), ExportOptions.defaults());
        Path golden = GOLDENS.resolve(name).resolve("golden.safetensors");
        try (SafetensorsReader expected = SafetensorsReader.open(golden);
                RunningModel model = new RunningModel(temporary.resolve("out/model.onnx"))) {
            // The longest of the three: beyond windows and original lengths.
            long[] ids = ids(expected, "ids.2");
            float[] logits = expected.floats("logits.2");
            int vocabulary = logits.length / ids.length;

            float[][] whole = model.run(new long[][] {ids})[0];
            for (int t = 0; t < ids.length; t++) {
                requireClose(whole[t], logits, t, vocabulary);
            }

            long[][] prompt = {Arrays.copyOf(ids, PROMPT)};
            model.run(prompt, ones(PROMPT), new long[][] {{0, 1, 2}}, false);
            for (int t = PROMPT; t < ids.length; t++) {
                float[][][] next = model.run(new long[][] {{ids[t]}}, ones(t + 1), new long[][] {{t}}, true);
                requireClose(next[0][0], logits, t, vocabulary);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gemma2 | model_type is 'gemma2'; expected one of llama, mistral, qwen2, qwen3, smollm3",
                "llama-dynamic | rope_type is 'dynamic', whose frequencies depend on the text's length"
            })
    void export_whatIsNotDrawn_isRefusedByName(String name, String problem) throws IOException {
        Path source = source(name);
        assertThatThrownBy(() -> OnnxExporter.export(source, temporary.resolve("out"), ExportOptions.defaults()))
                .isInstanceOf(ScorerException.class)
                .hasMessageContaining(problem);
    }

    private Path source(String name) throws IOException {
        Path source = Files.createDirectories(temporary.resolve("source"));
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(GOLDENS.resolve(name).resolve(file), source.resolve(file));
        }
        Files.writeString(source.resolve("tokenizer.json"), "{}");
        return source;
    }

    private static void requireClose(float[] found, float[] logits, int position, int vocabulary) {
        assertThat(found).hasSize(vocabulary);
        for (int v = 0; v < vocabulary; v++) {
            assertThat((double) found[v])
                    .as("position %s token %s", position, v)
                    .isCloseTo(logits[position * vocabulary + v], within(TOLERANCE));
        }
    }

    private static long[][] ones(int length) {
        long[][] mask = new long[1][length];
        Arrays.fill(mask[0], 1);
        return mask;
    }

    private static long[] ids(SafetensorsReader golden, String name) {
        ByteBuffer bytes = golden.bytes(name);
        int[] values = new int[bytes.remaining() / Integer.BYTES];
        bytes.asIntBuffer().get(values);
        return Arrays.stream(values).asLongStream().toArray();
    }
}

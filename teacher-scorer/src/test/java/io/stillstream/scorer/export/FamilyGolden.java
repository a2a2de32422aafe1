package io.stillstream.scorer.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stillstream.huggingface.safetensors.SafetensorsReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A tiny random model of transformers, and the logits that transformers computed: those of the student's decoders, whose module this
 * one does not depend on.
 */
final class FamilyGolden implements AutoCloseable {

    /** Of each model, so many texts, the last one the longest: longer than windows and original lengths. */
    static final int TEXTS = 3;

    static final int VOCABULARY = 64;

    private static final Path GOLDENS = Path.of("../student/src/test/resources/families");
    private static final double TOLERANCE = 1e-4;
    private static final int FIRST_CHARACTER = 0x4e00;

    private final Path model;
    private final SafetensorsReader expected;

    FamilyGolden(String name) {
        this.model = GOLDENS.resolve(name);
        this.expected = SafetensorsReader.open(model.resolve("golden.safetensors"));
    }

    /** The model's files, and a tokenizer for which each token is a character. */
    Path copyTo(Path directory) throws IOException {
        Files.createDirectories(directory);
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(model.resolve(file), directory.resolve(file));
        }
        String vocabulary = IntStream.range(0, VOCABULARY)
                .mapToObj(id -> "\"" + text(id) + "\": " + id)
                .collect(Collectors.joining(", "));
        Files.writeString(directory.resolve("tokenizer.json"), """
                {"version": "1.0", "truncation": null, "padding": null, "normalizer": null, "added_tokens": [],
                 "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "."}, "behavior": "Isolated", "invert": false},
                 "post_processor": null, "decoder": {"type": "Fuse"},
                 "model": {"type": "WordLevel", "vocab": {%s}, "unk_token": "%s"}}""".formatted(vocabulary, text(0)));
        return directory;
    }

    static String text(long... ids) {
        StringBuilder text = new StringBuilder();
        for (long id : ids) {
            text.appendCodePoint((int) (FIRST_CHARACTER + id));
        }
        return text.toString();
    }

    long[] ids(int text) {
        return whole("ids." + text);
    }

    /** The most likely tokens after the first three of the first text. */
    long[] greedy() {
        return whole("greedy");
    }

    private long[] whole(String name) {
        ByteBuffer bytes = expected.bytes(name);
        int[] values = new int[bytes.remaining() / Integer.BYTES];
        bytes.asIntBuffer().get(values);
        return Arrays.stream(values).asLongStream().toArray();
    }

    /** Logits {@code [V]} of a position of a text. */
    float[] logits(int text, int position) {
        float[] all = expected.floats("logits." + text);
        return Arrays.copyOfRange(all, position * VOCABULARY, (position + 1) * VOCABULARY);
    }

    /** Compares the rows of a text's positions from one on. */
    void requireClose(float[][] found, int text, int from) {
        for (int t = 0; t < found.length; t++) {
            float[] logits = logits(text, from + t);
            assertThat(found[t]).hasSize(VOCABULARY);
            for (int v = 0; v < VOCABULARY; v++) {
                assertThat((double) found[t][v])
                        .as("text %s position %s token %s", text, from + t, v)
                        .isCloseTo(logits[v], within(TOLERANCE));
            }
        }
    }

    @Override
    public void close() {
        expected.close();
    }
}

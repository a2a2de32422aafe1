package io.stillstream.student;

import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.student.batch.TokenSequence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Tiny random models of each decoder family in the test resources, {@code families/NAME}, and what transformers 5.18 and torch
 * 2.13 made of them; {@code src/test/python/families.py} wrote them.
 *
 * <p>The weights are stored in bfloat16 and computed with in single precision. {@code golden.safetensors} holds three sequences
 * {@code ids.i} and their {@code logits.i}; the {@code loss}, which is the mean over the sequences of the mean cross-entropy of
 * what follows their prompts, and its {@code gradient.NAME} for each weight; {@code greedy}, the 20 most likely tokens after the
 * first prompt, with keys and values cached (longrope's without, see there); and of one model of each family the losses of ten steps of AdamW and the weights
 * {@code after.NAME} them: rate 2e-3, betas 0.9 and 0.95, epsilon 1e-5, decay 0.1 on matrices, clipping at 1.
 *
 * <p>What is odd about them: grouped heads everywhere, and as many key as query heads where a family knows no others;
 * {@code llama} has biases everywhere, heads of another width than H / A and an LM head of its own; windows of 5 or 6
 * positions; each way of stretching a rotary embedding, beyond its original length; distances beyond T5's longest, unequally many
 * blocks of its encoder and decoder, and mT5's embedding under three names. With an encoder, {@code logits.i} are of what its decoder
 * reads.
 */
public final class FamilyGolden {

    private static final List<Integer> PROMPT_LENGTHS = List.of(3, 1, 5);
    private static final List<Integer> ENCODED_PROMPT_LENGTHS = List.of(6, 2, 14);

    /** One model of each family, with ten steps of AdamW. */
    public static final List<String> FAMILIES = List.of(
            "bloom",
            "gemma2",
            "gemma3",
            "gpt2",
            "gpt_neox",
            "llama",
            "mistral",
            "mt5",
            "opt",
            "phi3",
            "qwen2",
            "qwen3",
            "smollm3",
            "t5");

    /** Configurations that compute something else. */
    private static final List<String> VARIANTS = List.of(
            "bloom-six-heads",
            "gpt2-scaled",
            "gpt_neox-sequential",
            "llama-dynamic",
            "llama-linear",
            "llama-llama3",
            "llama-yarn",
            "opt-350m",
            "phi3-longrope",
            "qwen2-window",
            "smollm3-window",
            "t5-gated");

    private FamilyGolden() {}

    public static Stream<String> all() {
        return Stream.concat(FAMILIES.stream(), VARIANTS.stream());
    }

    /** Of the three sequences; with an encoder, its source and the token that the decoder reads first. */
    public static List<Integer> promptLengths(String name) {
        return name.startsWith("t5") || name.startsWith("mt5") ? ENCODED_PROMPT_LENGTHS : PROMPT_LENGTHS;
    }

    public static Stream<String> families() {
        return FAMILIES.stream();
    }

    /** Makes the model's directory. */
    public static Path model(String name, Path directory) {
        try {
            Files.createDirectories(directory);
            for (String file : List.of("config.json", "model.safetensors")) {
                Files.copy(Golden.resource("families/" + name + "/" + file), directory.resolve(file));
            }
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static SafetensorsReader open(String name) {
        return SafetensorsReader.open(Golden.resource("families/" + name + "/golden.safetensors"));
    }

    public static List<TokenSequence> batch(String name, SafetensorsReader golden) {
        List<TokenSequence> sequences = new ArrayList<>();
        for (int i = 0; i < promptLengths(name).size(); i++) {
            int[] ids = Golden.ints(golden, "ids." + i);
            int prompt = promptLengths(name).get(i);
            sequences.add(new TokenSequence(ids, prompt, ids.length - prompt));
        }
        return sequences;
    }
}

package io.stillstream.student;

import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.student.lora.LoraConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Adapters that PEFT 0.21 made of {@link FamilyGolden}'s models, in the test resources {@code adapters/NAME}, with random numbers
 * in A and B; {@code src/test/python/adapters.py} wrote them.
 *
 * <p>{@code golden.safetensors} holds {@code logits.i} of the family's sequences; the {@code loss} of ten steps of AdamW, with the
 * settings and the loss of the families; {@code gradient.NAME} of the first and {@code after.NAME} all of them, of every trained
 * weight. {@code merged.safetensors} holds what {@code merge_and_unload} makes of the adapter as it lies there.
 */
public final class AdapterGolden {

    private AdapterGolden() {}

    public static Stream<String> all() {
        return Stream.of("bloom", "gpt2", "gpt_neox", "llama", "llama-head");
    }

    public static String family(String name) {
        return name.replace("-head", "");
    }

    /** As the adapter was made. */
    public static LoraConfig config(String name) {
        return switch (name) {
            case "bloom" -> new LoraConfig(2, 4, 0, List.of("query_key_value", "dense"), List.of(), false, 0);
            case "gpt2" -> new LoraConfig(4, 16, 0, List.of("c_attn", "c_proj"), List.of(), false, 0);
            case "gpt_neox" -> new LoraConfig(3, 6, 0, List.of("all-linear"), List.of(), false, 0);
            case "llama" -> new LoraConfig(4, 8, 0, List.of("all-linear"), List.of(), true, 0);
            default ->
                new LoraConfig(2, 6, 0, List.of("q_proj", "v_proj"), List.of("lm_head", "embed_tokens"), false, 0);
        };
    }

    /** Makes the adapter's directory, and its base's beside it as {@code base}. */
    public static Path adapter(String name, Path parent) {
        try {
            FamilyGolden.model(family(name), parent.resolve("base"));
            Path adapter = Files.createDirectories(parent.resolve("adapter"));
            for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
                Files.copy(Golden.resource("adapters/" + name + "/" + file), adapter.resolve(file));
            }
            return adapter;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static SafetensorsReader open(String name) {
        return SafetensorsReader.open(Golden.resource("adapters/" + name + "/golden.safetensors"));
    }

    public static SafetensorsReader merged(String name) {
        return SafetensorsReader.open(Golden.resource("adapters/" + name + "/merged.safetensors"));
    }
}

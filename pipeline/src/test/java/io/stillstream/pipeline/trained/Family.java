package io.stillstream.pipeline.trained;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** A family of models with a chat template of its own. */
enum Family {
    QWEN2_5("tokenizers/qwen2_5", null),
    LLAMA3_2("chat-templates/llama3_2", "<|begin_of_text|>"),
    GEMMA3("chat-templates/gemma3", "<bos>"),
    INTERNLM2("chat-templates/internlm2", "<s>");

    private static final Path SHARED = Path.of(System.getProperty("stillstream.shared", "../../shared"));

    private final String place;
    private final @Nullable String beginning;

    /** @param beginning what its tokenizer puts before a plain text */
    Family(String place, @Nullable String beginning) {
        this.place = place;
        this.beginning = beginning;
    }

    /** As golden.jsonl names it. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Nullable
    String beginning() {
        return beginning;
    }

    /** Its other special tokens that templates write. */
    List<String> controls() {
        return switch (this) {
            case QWEN2_5 -> List.of("<|im_start|>", "<|im_end|>", "<|endoftext|>");
            case LLAMA3_2 -> List.of("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|end_of_text|>");
            case GEMMA3 -> List.of("<start_of_turn>", "<end_of_turn>", "<eos>");
            case INTERNLM2 -> List.of("<|im_start|>", "<|im_end|>", "</s>");
        };
    }

    /** Its {@code tokenizer_config.json}, with the template; the test is skipped where it is not there. */
    Path tokenizerConfig() {
        Path file = SHARED.resolve(place).resolve("tokenizer_config.json");
        Assumptions.assumeTrue(Files.isRegularFile(file), () -> "no " + file + "; set -Dstillstream.shared");
        return file;
    }
}

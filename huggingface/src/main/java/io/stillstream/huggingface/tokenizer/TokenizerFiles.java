package io.stillstream.huggingface.tokenizer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelOutput;
import io.stillstream.huggingface.config.DecoderConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a model directory holds beside the weights: configuration and tokenizer. Kept in memory, because the directory
 * that a student came from may be gone when it is saved.
 */
public final class TokenizerFiles {

    private static final List<String> NAMES = List.of(
            DecoderConfig.FILE_NAME,
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "merges.txt",
            "tokenizer.model",
            "chat_template.jinja");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, byte[]> contents;

    private TokenizerFiles(Map<String, byte[]> contents) {
        this.contents = contents;
    }

    public static TokenizerFiles read(Path directory) {
        Map<String, byte[]> contents = new LinkedHashMap<>();
        for (String name : NAMES) {
            Path file = directory.resolve(name);
            if (Files.isRegularFile(file)) {
                try {
                    contents.put(name, Files.readAllBytes(file));
                } catch (IOException e) {
                    throw new HuggingFaceException("could not read " + file, e);
                }
            }
        }
        return new TokenizerFiles(contents);
    }

    public TokenizerFiles without(String name) {
        Map<String, byte[]> rest = new LinkedHashMap<>(contents);
        rest.remove(name);
        return new TokenizerFiles(rest);
    }

    public void write(ModelOutput output) {
        contents.forEach((name, bytes) -> {
            try {
                output.write(name, name.equals(DecoderConfig.FILE_NAME) ? singlePrecision(bytes) : bytes);
            } catch (IOException e) {
                throw new HuggingFaceException("could not write " + name + ": " + e.getMessage(), e);
            }
        });
    }

    /** A student is saved in fp32, whatever it was loaded from; a reader must not round it again. */
    private static byte[] singlePrecision(byte[] config) throws IOException {
        if (!(JSON.readTree(config) instanceof ObjectNode node)) {
            return config;
        }
        boolean changed = false;
        for (String field : List.of("dtype", "torch_dtype")) {
            if (node.has(field) && !node.path(field).asText().equals("float32")) {
                node.put(field, "float32");
                changed = true;
            }
        }
        return changed ? JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(node) : config;
    }
}

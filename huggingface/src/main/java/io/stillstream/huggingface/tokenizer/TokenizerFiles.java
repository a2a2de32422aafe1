package io.stillstream.huggingface.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelJson;
import io.stillstream.huggingface.ModelOutput;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.safetensors.Dtype;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

    private static final String GENERATION_CONFIG = "generation_config.json";
    private static final String TOKENIZER_CONFIG = "tokenizer_config.json";
    private static final String CHAT_TEMPLATE = "chat_template.jinja";
    private static final String ENDS = "eos_token_id";

    private static final List<String> NAMES = List.of(
            DecoderConfig.FILE_NAME,
            GENERATION_CONFIG,
            "tokenizer.json",
            TOKENIZER_CONFIG,
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "merges.txt",
            "tokenizer.model",
            CHAT_TEMPLATE);
    /** What transformers calls the type of the weights, before version 5 and since. */
    private static final List<String> DTYPES = List.of("torch_dtype", "dtype");

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
                ModelJson.requireSize(file);
                try {
                    contents.put(name, Files.readAllBytes(file));
                } catch (IOException e) {
                    throw new HuggingFaceException("could not read " + file, e);
                }
            }
        }
        return new TokenizerFiles(contents);
    }

    /** These, but the others' where those have a file of the same name. */
    public TokenizerFiles with(TokenizerFiles others) {
        Map<String, byte[]> all = new LinkedHashMap<>(contents);
        all.putAll(others.contents);
        return new TokenizerFiles(all);
    }

    public TokenizerFiles without(String name) {
        Map<String, byte[]> rest = new LinkedHashMap<>(contents);
        rest.remove(name);
        return new TokenizerFiles(rest);
    }

    /**
     * The same with this chat template and no other.
     *
     * @param template in Jinja
     */
    public TokenizerFiles withChatTemplate(String template) {
        Map<String, byte[]> others = new LinkedHashMap<>(contents);
        others.put(CHAT_TEMPLATE, template.getBytes(StandardCharsets.UTF_8));
        ObjectNode config = json(TOKENIZER_CONFIG);
        if (config.isEmpty()) {
            // Otherwise transformers takes the class that usually goes with the model, with special tokens of its own.
            config.put("tokenizer_class", "PreTrainedTokenizerFast");
            others.put(TOKENIZER_CONFIG, pretty(config));
        } else if (config.remove("chat_template") != null) {
            others.put(TOKENIZER_CONFIG, pretty(config));
        }
        return new TokenizerFiles(others);
    }

    /** The same with these tokens as the ends of a text, of which transformers and vLLM stop at any. */
    public TokenizerFiles withEnds(List<Integer> ids) {
        ObjectNode config = json(GENERATION_CONFIG);
        JsonNode before = config.has(ENDS)
                ? config.path(ENDS)
                : json(DecoderConfig.FILE_NAME).path(ENDS);
        JsonNode ends = ids.size() == 1 ? IntNode.valueOf(ids.get(0)) : JSON.valueToTree(ids);
        if (ids.isEmpty() || before.equals(ends)) {
            return this;
        }
        config.set(ENDS, ends);
        Map<String, byte[]> others = new LinkedHashMap<>(contents);
        others.put(GENERATION_CONFIG, pretty(config));
        return new TokenizerFiles(others);
    }

    /** Empty where there is no such file. */
    private ObjectNode json(String name) {
        byte[] bytes = contents.get(name);
        return bytes != null && ModelJson.parse(bytes, name) instanceof ObjectNode node
                ? node
                : JSON.createObjectNode();
    }

    private static byte[] pretty(ObjectNode node) {
        return node.toPrettyString().getBytes(StandardCharsets.UTF_8);
    }

    public void write(ModelOutput output) {
        contents.forEach((name, bytes) -> {
            try {
                output.write(name, bytes);
            } catch (IOException e) {
                throw new HuggingFaceException("could not write " + name + ": " + e.getMessage(), e);
            }
        });
    }

    /**
     * The same with this type of the weights in the configuration, where it names one: a reader rounds to what it names. What is
     * stored as another type and then as the first again is the same bytes.
     */
    public TokenizerFiles storedAs(Dtype dtype) {
        byte[] config = contents.get(DecoderConfig.FILE_NAME);
        if (config == null) {
            return this;
        }
        Map<String, byte[]> others = new LinkedHashMap<>(contents);
        others.put(DecoderConfig.FILE_NAME, JsonFields.with(config, DTYPES, dtype.torchName()));
        return new TokenizerFiles(others);
    }
}

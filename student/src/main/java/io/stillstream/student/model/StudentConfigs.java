package io.stillstream.student.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelJson;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.SpecialTokens;
import java.nio.file.Files;
import java.nio.file.Path;

/** The {@code config.json} of a model, made that of a student with a tokenizer of its own. */
public final class StudentConfigs {

    private static final ObjectMapper JSON = new ObjectMapper();

    private StudentConfigs() {}

    /**
     * The same decoder with the vocabulary and the special tokens of a tokenizer, in single precision.
     *
     * @param config a {@code config.json}, or the directory that has one
     * @throws HuggingFaceException when it is no object
     */
    public static ObjectNode withTokenizer(Path config, int vocabularySize, SpecialTokens special) {
        Path file = Files.isDirectory(config) ? config.resolve(DecoderConfig.FILE_NAME) : config;
        ObjectNode node = ModelJson.readObject(file);
        node.put("vocab_size", vocabularySize);
        node.put("bos_token_id", special.beginning());
        ArrayNode ends = JSON.createArrayNode();
        special.ends().forEach(ends::add);
        node.set("eos_token_id", ends.size() == 1 ? ends.get(0) : ends);
        // The one in the file may lie beyond the new vocabulary, and so may transformers' default for the family.
        node.putNull("pad_token_id");
        if (node.path("is_encoder_decoder").asBoolean() || node.hasNonNull("decoder_start_token_id")) {
            node.put("pad_token_id", special.start());
            node.put("decoder_start_token_id", special.start());
        }
        node.remove("dtype");
        node.put("torch_dtype", "float32");
        return node;
    }
}

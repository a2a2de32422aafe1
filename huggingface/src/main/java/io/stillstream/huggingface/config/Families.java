package io.stillstream.huggingface.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelJson;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** The families of decoders that are read, by {@code model_type}. */
public final class Families {

    private static final Map<String, Family> ALL = Collections.unmodifiableMap(new TreeMap<>(Map.ofEntries(
            Map.entry("bloom", Bloom::read),
            Map.entry("gemma2", Gemma::read2),
            Map.entry("gemma3_text", Gemma::read3),
            Map.entry("gpt2", Gpt2::read),
            Map.entry("gpt_neox", GptNeoX::read),
            Map.entry("llama", Llama::read),
            Map.entry("mistral", Mistral::read),
            Map.entry("mt5", T5::readMultilingual),
            Map.entry("opt", Opt::read),
            Map.entry("phi3", Phi3::read),
            Map.entry("qwen2", Qwen::read2),
            Map.entry("qwen3", Qwen::read3),
            Map.entry("smollm3", SmolLm3::read),
            Map.entry("t5", T5::read))));

    /** Reads what a family's configuration says. */
    interface Family {

        /** @throws HuggingFaceException when a value is not what the family computes */
        Architecture read(ConfigReader config);
    }

    private Families() {}

    static Family of(JsonNode modelType) {
        Family family = ALL.get(modelType.asText());
        if (family == null) {
            throw new HuggingFaceException("unknown architecture: model_type is " + ModelJson.shown(modelType)
                    + "; expected one of " + String.join(", ", ALL.keySet()));
        }
        return family;
    }
}

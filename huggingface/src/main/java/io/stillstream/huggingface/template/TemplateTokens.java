package io.stillstream.huggingface.template;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelJson;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model's special tokens, as its templates know them.
 *
 * @param variables {@code bos_token}, {@code eos_token} and so on
 * @param ends the texts of the tokens that end a turn or a text
 */
public record TemplateTokens(Map<String, String> variables, Set<String> ends) {

    static final String CONFIG = "tokenizer_config.json";
    private static final String SPECIAL_TOKENS = "special_tokens_map.json";
    private static final String END = "eos_token";

    public TemplateTokens {
        variables = Map.copyOf(variables);
        ends = Set.copyOf(ends);
    }

    /** Of a model that names them so; its turns end with {@code eos_token}. */
    public static TemplateTokens of(Map<String, String> variables) {
        String end = variables.get(END);
        return new TemplateTokens(variables, end == null || end.isEmpty() ? Set.of() : Set.of(end));
    }

    /**
     * What the files beside a tokenizer name.
     *
     * @throws HuggingFaceException when one of them is not JSON
     */
    public static TemplateTokens read(Path directory) {
        Map<String, String> variables = new HashMap<>();
        JsonNode tokenizerConfig = ModelJson.readIfPresent(directory.resolve(CONFIG));
        for (JsonNode config : List.of(ModelJson.readIfPresent(directory.resolve(SPECIAL_TOKENS)), tokenizerConfig)) {
            addVariables(variables, config);
            addVariables(variables, config.path("extra_special_tokens"));
        }
        Set<String> ends = new LinkedHashSet<>(of(variables).ends());
        JsonNode added = tokenizerConfig.path("added_tokens_decoder");
        for (String file : List.of("generation_config.json", "config.json")) {
            JsonNode ids = ModelJson.readIfPresent(directory.resolve(file)).path("eos_token_id");
            for (JsonNode id : ids.isArray() ? ids : List.of(ids)) {
                String text = added.path(id.asText()).path("content").asText("");
                if (!text.isEmpty()) {
                    ends.add(text);
                }
            }
        }
        return new TemplateTokens(variables, ends);
    }

    private static void addVariables(Map<String, String> variables, JsonNode config) {
        config.properties().forEach(entry -> {
            JsonNode token = entry.getValue().isObject() ? entry.getValue().path("content") : entry.getValue();
            if (entry.getKey().endsWith("_token") && token.isTextual()) {
                variables.put(entry.getKey(), token.textValue());
            }
        });
    }
}

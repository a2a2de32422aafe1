package io.stillstream.huggingface.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelJson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A {@code tokenizer.json}, read strictly before the native library sees it: no id that would make a table of any size, no
 * pattern that overflows a compiler's stack, no replacement that makes a text grow without end. What a pattern costs cannot be
 * read from it; {@link TokenizerTrial} tries that.
 */
public final class TokenizerFile {

    /** Several times the largest vocabulary that is published; a table of so many takes 32 MiB. */
    static final int HIGHEST_ID = (1 << 22) - 1;

    /** In characters; the patterns of published tokenizers have some hundred. */
    static final int LONGEST_PATTERN = 4096;

    /** Levels of groups and classes; published patterns have three. */
    static final int DEEPEST_PATTERN = 100;

    /** How many bytes one replacement may make of one. */
    static final long MOST_GROWTH_OF_ONE = 64;

    /** How many bytes all replacements together, one after the other, may make of one. */
    static final long MOST_GROWTH = 256;

    /** How many tokens the template of a post-processor may put around a text. */
    static final int MOST_AROUND_A_TEXT = 256;

    private final Path file;
    private final List<String> patterns = new ArrayList<>();
    private final TokenBytes tokenBytes;

    private TokenizerFile(Path file, JsonNode tree) {
        this.file = file;
        if (!tree.isObject() || !tree.path("model").isObject()) {
            throw wrong("is " + ModelJson.shown(tree) + "; expected an object with a model");
        }
        requireIds(tree);
        requirePatterns(tree);
        requireGrowth(tree.path("normalizer"), tree.path("pre_tokenizer"));
        requireTemplates(tree.path("post_processor"));
        this.tokenBytes = TokenBytes.read(tree);
    }

    /** @throws HuggingFaceException when it cannot be read, or is beyond a bound, which the message names */
    public static TokenizerFile read(Path file) {
        return new TokenizerFile(file, ModelJson.read(file));
    }

    TokenBytes tokenBytes() {
        return tokenBytes;
    }

    /** Every regular expression and text that is looked for in a text. */
    List<String> patterns() {
        return List.copyOf(patterns);
    }

    private void requireIds(JsonNode tree) {
        Map<Integer, String> tokens = new HashMap<>();
        JsonNode vocabulary = tree.path("model").path("vocab");
        if (vocabulary.isObject()) {
            vocabulary.properties().forEach(entry -> {
                String before = tokens.put(id(entry.getValue(), "model.vocab"), entry.getKey());
                if (before != null) {
                    throw wrong("gives the id " + entry.getValue() + " to " + ModelJson.shown(before) + " and to "
                            + ModelJson.shown(entry.getKey()) + "; expected an id of its own for each token");
                }
            });
        } else {
            if (!vocabulary.isArray()) {
                throw wrong("has the model.vocab " + ModelJson.shown(vocabulary) + "; expected an object or a list");
            }
            for (JsonNode entry : vocabulary) {
                if (!entry.isArray() || !entry.path(0).isTextual()) {
                    throw wrong("has " + ModelJson.shown(entry) + " in model.vocab; expected a token and its score");
                }
                tokens.put(tokens.size(), entry.path(0).textValue());
            }
        }
        for (JsonNode added : tree.path("added_tokens")) {
            JsonNode content = added.path("content");
            if (!content.isTextual()) {
                throw wrong("has the content " + ModelJson.shown(content) + " in added_tokens; expected a text");
            }
            JsonNode known = vocabulary.isObject() ? vocabulary.path(content.textValue()) : vocabulary.path(-1);
            int id = id(added.path("id"), "added_tokens");
            if (known.isInt() && known.intValue() != id) {
                throw wrong("gives " + ModelJson.shown(content) + " the id " + id + " in added_tokens and " + known
                        + " in model.vocab; expected the same");
            }
        }
        requireIdsBelow(tree.path("post_processor"));
    }

    /** The numbers of a post-processor are the ids of the tokens that it adds. */
    private void requireIdsBelow(JsonNode node) {
        if (node.isNumber()) {
            id(node, "post_processor");
        }
        node.forEach(this::requireIdsBelow);
    }

    private int id(JsonNode value, String place) {
        if (!value.isInt() || value.intValue() < 0 || value.intValue() > HIGHEST_ID) {
            throw wrong("has the id " + ModelJson.shown(value) + " in " + place + "; expected a whole number from 0 to "
                    + HIGHEST_ID);
        }
        return value.intValue();
    }

    private void requirePatterns(JsonNode node) {
        JsonNode pattern = node.path("pattern");
        JsonNode expression = pattern.path("Regex");
        if (expression.isTextual()) {
            requirePattern(expression.textValue());
        }
        if (pattern.path("String").isTextual()) {
            patterns.add(pattern.path("String").textValue());
        }
        if (!node.has("vocab")) {
            node.forEach(this::requirePatterns);
        }
    }

    private void requirePattern(String pattern) {
        if (pattern.length() > LONGEST_PATTERN) {
            throw wrong("has a regular expression of " + pattern.length() + " characters, " + ModelJson.shown(pattern)
                    + "; expected at most " + LONGEST_PATTERN);
        }
        int deepest = nesting(pattern);
        if (deepest > DEEPEST_PATTERN) {
            throw wrong("has a regular expression of " + deepest + " levels of brackets, " + ModelJson.shown(pattern)
                    + "; expected at most " + DEEPEST_PATTERN);
        }
        patterns.add(pattern);
    }

    /** Too many rather than too few: a bracket within a class opens no level for the compiler. */
    private static int nesting(String pattern) {
        int depth = 0;
        int deepest = 0;
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '(' || c == '[') {
                deepest = Math.max(deepest, ++depth);
            } else if (c == ')' || c == ']') {
                depth = Math.max(0, depth - 1);
            }
        }
        return deepest;
    }

    private void requireGrowth(JsonNode... stages) {
        long[] together = {1};
        for (JsonNode stage : stages) {
            multiply(stage, together);
        }
    }

    private void multiply(JsonNode node, long[] together) {
        long growth = growth(node);
        together[0] *= growth;
        if (growth > MOST_GROWTH_OF_ONE) {
            throw wrong("replaces a byte by up to " + growth + ", with " + ModelJson.shown(node.path("content"))
                    + "; expected at most " + MOST_GROWTH_OF_ONE);
        }
        if (together[0] > MOST_GROWTH) {
            throw wrong("replaces again and again, by which a text grows up to " + together[0]
                    + " times; expected at most " + MOST_GROWTH + " times");
        }
        node.forEach(inner -> multiply(inner, together));
    }

    /** A regular expression may match nothing, before every character; a text matches its own length at least. */
    private static long growth(JsonNode node) {
        if (!node.path("type").asText().equals("Replace")) {
            return 1;
        }
        long content = Utf8.length(node.path("content").asText());
        JsonNode text = node.path("pattern").path("String");
        long found = Utf8.length(text.asText());
        return text.isTextual() && found > 0 ? Math.max(1, (content + found - 1) / found) : content + 1;
    }

    private void requireTemplates(JsonNode node) {
        for (String template : List.of("single", "pair")) {
            int pieces = node.path(template).size();
            if (pieces > MOST_AROUND_A_TEXT) {
                throw wrong("puts " + pieces + " tokens around a text; expected at most " + MOST_AROUND_A_TEXT);
            }
        }
        int ids = node.path("special_tokens").findValues("ids").stream()
                .mapToInt(JsonNode::size)
                .sum();
        if (ids > MOST_AROUND_A_TEXT) {
            throw wrong("has special tokens of " + ids + " ids; expected at most " + MOST_AROUND_A_TEXT);
        }
        node.path("processors").forEach(this::requireTemplates);
    }

    private HuggingFaceException wrong(String what) {
        return new HuggingFaceException(
                file + " " + what + "; copy the tokenizer anew from where the model was published");
    }
}

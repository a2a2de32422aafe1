package io.stillstream.huggingface.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.huggingface.HuggingFaceException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The bytes each token of a vocabulary stands for, read from {@code tokenizer.json}: byte-level vocabularies spell bytes
 * in GPT-2's alphabet of printable characters, SentencePiece ones write a space as U+2581 and lone bytes as {@code <0x0A>}.
 */
final class TokenBytes {

    private static final byte[] NONE = {};
    private static final Pattern BYTE_TOKEN = Pattern.compile("<0x([0-9A-F]{2})>");
    private static final char SENTENCE_PIECE_SPACE = '\u2581';

    private final byte[][] bytes;
    private final Map<Integer, byte[]> special;
    private final boolean prefixesSpace;

    private TokenBytes(byte[][] bytes, Map<Integer, byte[]> special, boolean prefixesSpace) {
        this.bytes = bytes;
        this.special = special;
        this.prefixesSpace = prefixesSpace;
    }

    static TokenBytes read(JsonNode tokenizer) {
        Map<Integer, String> tokens = vocabulary(tokenizer);
        boolean byteLevel = mentions(tokenizer.path("decoder"), "ByteLevel");
        int size = tokens.keySet().stream().mapToInt(Integer::intValue).max().orElse(-1) + 1;
        byte[][] bytes = new byte[size][];
        Arrays.fill(bytes, NONE);
        tokens.forEach((id, token) -> bytes[id] = byteLevel ? fromAlphabet(token) : fromSentencePiece(token));
        Map<Integer, byte[]> special = new HashMap<>();
        for (JsonNode added : tokenizer.path("added_tokens")) {
            int id = added.path("id").asInt();
            byte[] content = added.path("content").asText().getBytes(StandardCharsets.UTF_8);
            boolean isSpecial = added.path("special").asBoolean();
            bytes[id] = isSpecial ? NONE : content;
            if (isSpecial) {
                special.put(id, content);
            }
        }
        boolean prefixesSpace = mentions(tokenizer.path("normalizer"), "Prepend")
                || mentions(tokenizer.path("pre_tokenizer"), "Metaspace");
        return new TokenBytes(bytes, special, !byteLevel && prefixesSpace);
    }

    /** Highest id + 1. */
    int size() {
        return bytes.length;
    }

    byte[] of(int id) {
        if (id < 0 || id >= bytes.length) {
            throw new HuggingFaceException("token id " + id + " is outside the vocabulary of " + bytes.length);
        }
        return bytes[id];
    }

    /** The bytes that a token stands for in an encoded text; for a special token, its name. */
    byte[] written(int id) {
        byte[] name = special.get(id);
        return name == null ? of(id) : name;
    }

    boolean isSpecial(int id) {
        return special.containsKey(id);
    }

    /** Whether encoding puts a space before the text that the text does not have. */
    boolean prefixesSpace() {
        return prefixesSpace;
    }

    private static Map<Integer, String> vocabulary(JsonNode tokenizer) {
        Map<Integer, String> tokens = new HashMap<>();
        JsonNode vocabulary = tokenizer.path("model").path("vocab");
        if (vocabulary.isObject()) {
            vocabulary.properties().forEach(entry -> tokens.put(entry.getValue().intValue(), entry.getKey()));
        } else {
            for (JsonNode entry : vocabulary) {
                tokens.put(tokens.size(), entry.path(0).asText());
            }
        }
        tokenizer
                .path("added_tokens")
                .forEach(added -> tokens.put(
                        added.path("id").asInt(), added.path("content").asText()));
        if (tokens.isEmpty()) {
            throw new HuggingFaceException("the tokenizer has no vocabulary");
        }
        return tokens;
    }

    private static boolean mentions(JsonNode node, String type) {
        return node.findValuesAsText("type").contains(type);
    }

    private static byte[] fromSentencePiece(String token) {
        Matcher single = BYTE_TOKEN.matcher(token);
        if (single.matches()) {
            return new byte[] {(byte) Integer.parseInt(single.group(1), 16)};
        }
        return token.replace(SENTENCE_PIECE_SPACE, ' ').getBytes(StandardCharsets.UTF_8);
    }

    /** A token outside the alphabet is a special one spelled in plain text. */
    private static byte[] fromAlphabet(String token) {
        return ByteAlphabet.read(token).orElseGet(() -> token.getBytes(StandardCharsets.UTF_8));
    }
}

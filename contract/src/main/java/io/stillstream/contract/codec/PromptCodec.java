package io.stillstream.contract.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.Author;
import io.stillstream.contract.ContractException;
import io.stillstream.contract.Message;
import io.stillstream.contract.Prompt;
import io.stillstream.contract.ResponseSource;
import io.stillstream.contract.Split;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * {@link Prompt}s as JSON in the OpenAI chat shape, so that any language can produce them: {@code id} and either
 * {@code messages} or {@code prompt} are required, everything else is optional.
 */
public final class PromptCodec {

    /** Written into every record; a record without a version is read as this one. */
    public static final int VERSION = 1;

    private static final String DEFAULT_TENANT = "default";
    private static final ObjectMapper JSON = new ObjectMapper();

    private PromptCodec() {}

    public static byte[] encode(Prompt prompt) {
        ObjectNode node = JSON.createObjectNode();
        node.put("version", VERSION);
        node.put("id", prompt.id());
        node.put("conversation_id", prompt.conversationId());
        if (prompt.text() != null) {
            node.put("prompt", prompt.text());
        } else {
            prompt.messages()
                    .forEach(message -> node.withArray("messages")
                            .addObject()
                            .put("role", message.role())
                            .put("content", message.content()));
        }
        putIfPresent(node, "response", prompt.response());
        if (prompt.response() != null) {
            node.put("response_source", prompt.author().source().name());
            putIfPresent(node, "response_snapshot", prompt.author().snapshot());
        }
        putIfPresent(node, "reference", prompt.reference());
        node.put("tenant", prompt.tenant());
        node.put("created_at", prompt.createdAt().toString());
        node.put("split", prompt.split().name());
        if (!prompt.metadata().isEmpty()) {
            ObjectNode metadata = node.putObject("metadata");
            new TreeMap<>(prompt.metadata()).forEach(metadata::put);
        }
        try {
            return JSON.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new ContractException("prompt '" + prompt.id() + "' could not be written as JSON", e);
        }
    }

    /** @throws ContractException for anything that is not a prompt of version 1, saying what was wrong */
    public static Prompt decode(byte[] json) {
        JsonNode node;
        try {
            node = JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new ContractException("not a JSON prompt: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ContractException("not a JSON prompt: " + e.getMessage(), e);
        }
        if (node == null || !node.isObject()) {
            throw new ContractException("not a JSON prompt: expected an object, found "
                    + (node == null || node.isMissingNode() ? "nothing" : node.getNodeType()));
        }
        int version = node.path("version").asInt(VERSION);
        if (version != VERSION) {
            throw new ContractException("prompt of version " + version + "; this build reads version " + VERSION);
        }
        String id = text(node, "id");
        if (id == null) {
            throw new ContractException("the prompt has no id; expected a unique non-blank string");
        }
        String conversation = text(node, "conversation_id");
        String tenant = text(node, "tenant");
        return new Prompt(
                id,
                conversation == null ? id : conversation,
                messages(node),
                text(node, "prompt"),
                text(node, "response"),
                author(node),
                text(node, "reference"),
                tenant == null ? DEFAULT_TENANT : tenant,
                createdAt(node),
                split(node),
                metadata(node));
    }

    private static List<Message> messages(JsonNode node) {
        List<Message> messages = new ArrayList<>();
        for (JsonNode message : node.path("messages")) {
            String role = text(message, "role");
            String content = text(message, "content");
            if (role == null || content == null) {
                throw new ContractException("message " + messages.size() + " lacks a role or a text content");
            }
            messages.add(new Message(role, content));
        }
        return messages;
    }

    private static Instant createdAt(JsonNode node) {
        String createdAt = text(node, "created_at");
        try {
            return createdAt == null ? Instant.EPOCH : Instant.parse(createdAt);
        } catch (DateTimeException e) {
            throw new ContractException(
                    "created_at is '" + createdAt + "'; expected ISO-8601, as 2026-01-31T12:00:00Z", e);
        }
    }

    private static Split split(JsonNode node) {
        String split = text(node, "split");
        try {
            return split == null ? Split.TRAIN : Split.valueOf(split);
        } catch (IllegalArgumentException e) {
            throw new ContractException("split is '" + split + "'; expected TRAIN or HELD_OUT", e);
        }
    }

    private static Author author(JsonNode node) {
        String source = text(node, "response_source");
        try {
            return source == null
                    ? Author.PRODUCTION
                    : new Author(ResponseSource.valueOf(source), text(node, "response_snapshot"));
        } catch (IllegalArgumentException e) {
            throw new ContractException(
                    "response_source is '" + source + "'; expected one of " + Arrays.toString(ResponseSource.values()),
                    e);
        }
    }

    private static Map<String, String> metadata(JsonNode node) {
        Map<String, String> metadata = new LinkedHashMap<>();
        node.path("metadata")
                .properties()
                .forEach(entry -> metadata.put(entry.getKey(), entry.getValue().asText()));
        return metadata;
    }

    private static @Nullable String text(JsonNode node, String field) {
        JsonNode value = node.get(field);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw new ContractException(field + " is " + value.getNodeType() + "; expected a string");
        }
        return value.textValue();
    }

    private static void putIfPresent(ObjectNode node, String field, @Nullable String value) {
        if (value != null) {
            node.put(field, value);
        }
    }
}

package io.stillstream.contract.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Production;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.PromptInput;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.prompt.ResponseSource;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rejection.RejectionCode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * {@link Prompt}s as JSON in the shape of the OpenAI API, so that any language can produce them. Required are {@code id} and
 * either {@code messages} (with {@code tools} and {@code documents}) or {@code prompt}; everything else is optional. A {@code response} is a choice of the API ({@code message}, {@code finish_reason}, {@code index}), or a string: a whole answer.
 */
public final class PromptCodec {

    /** Written into every record; a record without a version is read as this one. */
    public static final int VERSION = 2;

    private PromptCodec() {}

    /** @throws ContractException when a tool or a document is not JSON */
    public static byte[] encode(Prompt prompt) {
        ObjectNode node = Json.object();
        node.put("version", VERSION);
        node.put("id", prompt.id());
        node.put("conversation_id", prompt.conversationId());
        if (prompt.input() instanceof Chat chat) {
            ChatCodec.encode(chat, node);
        } else if (prompt.input() instanceof PlainText plain) {
            node.put("prompt", plain.text());
        }
        Response response = prompt.response();
        if (response != null) {
            ObjectNode choice = node.putObject("response");
            choice.set("message", ChatCodec.encode(response.message()));
            choice.put("finish_reason", response.finishReason().label());
            choice.put("index", response.choice());
            choice.put("source", response.author().source().name());
            Json.putIfPresent(choice, "snapshot", response.author().snapshot());
        }
        Json.putIfPresent(node, "reference", prompt.reference());
        node.put("tenant", prompt.tenant());
        node.put("created_at", prompt.createdAt().toString());
        node.put("split", prompt.split().name());
        Json.putIfPresent(node, "model", prompt.production().model());
        if (!prompt.production().sampling().isEmpty()) {
            ObjectNode sampling = node.putObject("sampling");
            new TreeMap<>(prompt.production().sampling())
                    .forEach((name, value) -> sampling.set(name, Json.parse(value, "sampling." + name)));
        }
        if (!prompt.metadata().isEmpty()) {
            ObjectNode metadata = node.putObject("metadata");
            new TreeMap<>(prompt.metadata()).forEach(metadata::put);
        }
        try {
            return Json.write(node);
        } catch (JsonProcessingException e) {
            throw new ContractException("prompt '" + prompt.id() + "' could not be written as JSON", e);
        }
    }

    /** @throws ContractException for anything that is not a prompt of version {@value #VERSION}, saying what was wrong */
    public static Prompt decode(byte[] json) {
        JsonNode node = read(json);
        JsonNode version = node.path("version");
        if (!version.isMissingNode() && !version.equals(IntNode.valueOf(VERSION))) {
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
                input(node),
                response(node),
                text(node, "reference"),
                tenant == null ? Prompt.DEFAULT_TENANT : tenant,
                createdAt(node),
                split(node),
                new Production(text(node, "model"), json(node, "sampling")),
                metadata(node));
    }

    private static JsonNode read(byte[] json) {
        JsonNode node;
        try {
            node = Json.read(json);
        } catch (JsonProcessingException e) {
            throw new ContractException(RejectionCode.MALFORMED_JSON, "not a JSON prompt: " + JsonProblem.of(e), e);
        } catch (IOException e) {
            throw new ContractException(RejectionCode.MALFORMED_JSON, "not a JSON prompt: " + e.getMessage(), e);
        }
        if (node == null || !node.isObject()) {
            throw new ContractException("not a JSON prompt: expected an object, found "
                    + (node == null || node.isMissingNode() ? "nothing" : Json.kind(node)));
        }
        return node;
    }

    private static PromptInput input(JsonNode node) {
        String text = text(node, "prompt");
        boolean chat = node.hasNonNull(ChatCodec.MESSAGES);
        if (chat == (text != null)) {
            throw new ContractException(
                    "the prompt must have either messages or a plain prompt, and has " + (chat ? "both" : "neither"));
        }
        return text == null ? ChatCodec.decode(node) : new PlainText(text);
    }

    private static @Nullable Response response(JsonNode node) {
        JsonNode choice = node.path("response");
        if (choice.isMissingNode() || choice.isNull()) {
            return null;
        }
        if (choice.isTextual()) {
            return Response.of(choice.textValue(), Author.PRODUCTION);
        }
        if (!choice.isObject()) {
            throw new ContractException(
                    "response is " + Json.kind(choice) + "; expected a string, or an object with a message");
        }
        String finishReason = Json.text(choice, "finish_reason", "response");
        JsonNode index = choice.path("index");
        if (!index.isMissingNode() && !index.canConvertToInt()) {
            throw new ContractException("response: index is " + index + "; expected an integer");
        }
        return new Response(
                ChatCodec.decodeMessage(choice.path("message"), "the response's message"),
                finishReason == null ? FinishReason.STOP : FinishReason.parse(finishReason),
                index.asInt(0),
                author(choice));
    }

    private static Author author(JsonNode choice) {
        String source = Json.text(choice, "source", "response");
        try {
            return source == null
                    ? Author.PRODUCTION
                    : new Author(ResponseSource.valueOf(source), Json.text(choice, "snapshot", "response"));
        } catch (IllegalArgumentException e) {
            throw new ContractException(
                    "response: source is '" + source + "'; expected one of " + Arrays.toString(ResponseSource.values()),
                    e);
        }
    }

    private static Instant createdAt(JsonNode node) {
        String createdAt = text(node, "created_at");
        if (createdAt == null) {
            return Prompt.EARLIEST;
        }
        try {
            return Instant.parse(createdAt);
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

    private static Map<String, String> metadata(JsonNode node) {
        Map<String, String> metadata = new LinkedHashMap<>();
        node.path("metadata")
                .properties()
                .forEach(entry -> metadata.put(
                        entry.getKey(),
                        entry.getValue().isValueNode()
                                ? entry.getValue().asText()
                                : entry.getValue().toString()));
        return metadata;
    }

    private static Map<String, String> json(JsonNode node, String field) {
        Map<String, String> values = new LinkedHashMap<>();
        node.path(field)
                .properties()
                .forEach(entry -> values.put(entry.getKey(), entry.getValue().toString()));
        return values;
    }

    private static @Nullable String text(JsonNode node, String field) {
        return Json.text(node, field, "the prompt");
    }
}

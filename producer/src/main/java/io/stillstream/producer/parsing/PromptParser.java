package io.stillstream.producer.parsing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.contract.Author;
import io.stillstream.contract.ContractException;
import io.stillstream.contract.Digests;
import io.stillstream.contract.Outcome;
import io.stillstream.contract.Production;
import io.stillstream.contract.Prompt;
import io.stillstream.contract.RejectionCode;
import io.stillstream.contract.Response;
import io.stillstream.producer.HoldOut;
import io.stillstream.producer.source.Line;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Parses a line as a prompt, or says why it is not one. A line without an id gets one from the source's name, the line's
 * number and its bytes, so that reading the same traffic again gives the same ids.
 */
public final class PromptParser {

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final ObjectMapper json = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private final String source;
    private final int maxLineBytes;
    private final HoldOut holdOut;
    private final Clock clock;

    public PromptParser(String source, int maxLineBytes, HoldOut holdOut, Clock clock) {
        this.source = source;
        this.maxLineBytes = maxLineBytes;
        this.holdOut = holdOut;
        this.clock = clock;
    }

    public Outcome<Prompt> parse(Line line) {
        if (line.truncated()) {
            return Outcome.rejected(
                    RejectionCode.LINE_TOO_LONG,
                    "the line has " + line.length() + " bytes; expected at most " + maxLineBytes);
        }
        JsonNode node;
        try {
            node = json.readTree(decode(line.bytes()));
        } catch (CharacterCodingException e) {
            return Outcome.rejected(RejectionCode.INVALID_UTF8, "the line is not valid UTF-8");
        } catch (JsonProcessingException e) {
            return Outcome.rejected(
                    RejectionCode.MALFORMED_JSON,
                    "the line is not JSON: " + firstLine(e.getOriginalMessage()) + column(e));
        }
        if (!node.isObject()) {
            return Outcome.rejected(
                    RejectionCode.INVALID_PROMPT, "the line is JSON " + Fields.kind(node) + "; expected an object");
        }
        if (!encodable(node)) {
            return Outcome.rejected(
                    RejectionCode.INVALID_UTF8, "the line escapes half a surrogate pair, which UTF-8 cannot hold");
        }
        try {
            return prompt(node, line);
        } catch (InvalidFieldException | ContractException e) {
            return Outcome.rejected(RejectionCode.INVALID_PROMPT, String.valueOf(e.getMessage()));
        }
    }

    private Outcome<Prompt> prompt(JsonNode node, Line line) {
        if (!ChatLog.mentionsPrompt(node)) {
            return Outcome.rejected(
                    RejectionCode.INVALID_PROMPT, "the line has neither messages nor a prompt; expected one of them");
        }
        ChatLog chat = ChatLog.read(node);
        if (chat.blank()) {
            return Outcome.rejected(RejectionCode.EMPTY_PROMPT, "the prompt is empty: there is no text to continue");
        }
        @Nullable String givenId = Fields.text(node, "id");
        String id = givenId == null || givenId.isBlank() ? generatedId(line) : givenId;
        @Nullable String givenConversation = Fields.text(node, "conversation_id", "conversationId");
        String conversation = givenConversation == null || givenConversation.isBlank() ? id : givenConversation;
        @Nullable Instant createdAt = Fields.instant(node, "created_at", "createdAt", "created");
        @Nullable String tenant = Fields.text(node, "tenant");
        return Outcome.accepted(new Prompt(
                id,
                conversation,
                chat.input(),
                chat.response() == null ? null : Response.of(chat.response(), Author.PRODUCTION),
                Fields.text(node, "reference"),
                tenant == null || tenant.isBlank() ? Prompt.DEFAULT_TENANT : tenant,
                createdAt == null ? clock.instant() : createdAt,
                holdOut.of(conversation),
                Production.UNKNOWN,
                Fields.map(node, "metadata")));
    }

    private String generatedId(Line line) {
        return Digests.sha256(source + '\n' + line.number() + '\n' + Digests.sha256(line.bytes()))
                .substring(0, 32);
    }

    private static String decode(byte[] bytes) throws CharacterCodingException {
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
        return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    }

    private static boolean encodable(JsonNode node) {
        return node.isTextual()
                ? StandardCharsets.UTF_8.newEncoder().canEncode(node.textValue())
                : StreamSupport.stream(node.spliterator(), false).allMatch(PromptParser::encodable);
    }

    private static String firstLine(@Nullable String message) {
        return Objects.requireNonNullElse(message, "it cannot be read")
                .lines()
                .findFirst()
                .orElse("");
    }

    private static String column(JsonProcessingException e) {
        return e.getLocation() == null ? "" : " at column " + e.getLocation().getColumnNr();
    }
}

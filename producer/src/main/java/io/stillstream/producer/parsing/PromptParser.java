package io.stillstream.producer.parsing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.codec.JsonProblem;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.producer.HoldOut;
import io.stillstream.producer.TrafficConfig;
import io.stillstream.producer.parsing.body.Call;
import io.stillstream.producer.parsing.body.Exchange;
import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.InvalidFieldException;
import io.stillstream.producer.parsing.field.StrictJson;
import io.stillstream.producer.parsing.field.Times;
import io.stillstream.producer.parsing.shape.Shapes;
import io.stillstream.producer.parsing.shape.VllmRequestLine;
import io.stillstream.producer.source.Line;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Parses a line as a prompt, or says why it is not one. A line without an id gets one from the source's name, the line's
 * number and its bytes, so that reading the same traffic again gives the same ids.
 */
public final class PromptParser {

    private static final String BYTE_ORDER_MARK = "\uFEFF";
    /** What Java puts in the place of bytes that are not UTF-8. */
    private static final String REPLACEMENT = "\uFFFD";

    private final String source;
    private final int maxLineBytes;
    private final HoldOut holdOut;
    private final Shapes shapes;
    private final Clock clock;
    private final UnknownFields unknown;

    /**
     * @param source the name of what is read, for ids of lines without one
     * @param unknown counts what accepted lines hold that nobody reads
     */
    public PromptParser(String source, TrafficConfig config, Clock clock, UnknownFields unknown) {
        this(source, config.maxLineBytes(), config.heldOutFraction(), new Shapes(config.fields()), clock, unknown);
    }

    private PromptParser(
            String source, int maxLineBytes, double heldOut, Shapes shapes, Clock clock, UnknownFields unknown) {
        this.source = source;
        this.maxLineBytes = maxLineBytes;
        this.holdOut = new HoldOut(heldOut);
        this.shapes = shapes;
        this.clock = clock;
        this.unknown = unknown;
    }

    /**
     * For lines that are put together from calls.
     *
     * @param heldOut the share of conversations that is kept from training
     */
    public static PromptParser ofCalls(double heldOut, Clock clock, UnknownFields unknown) {
        return new PromptParser("calls", Integer.MAX_VALUE, heldOut, new Shapes(Map.of()), clock, unknown);
    }

    /** Several prompts where the line has several answers; their ids end in {@code /0}, {@code /1} and so on. */
    public Outcome<List<Prompt>> parse(Line line) {
        if (line.truncated()) {
            return Outcome.rejected(
                    RejectionCode.LINE_TOO_LONG,
                    "the line has " + line.length() + " bytes; expected at most " + maxLineBytes);
        }
        String text;
        try {
            text = decode(line.bytes());
        } catch (CharacterCodingException e) {
            return Outcome.rejected(RejectionCode.INVALID_UTF8, "the line is not valid UTF-8");
        }
        JsonNode node;
        try {
            node = StrictJson.parse(text);
        } catch (JsonProcessingException e) {
            Optional<ObjectNode> request = VllmRequestLine.read(text);
            if (request.isEmpty()) {
                return Outcome.rejected(RejectionCode.MALFORMED_JSON, "the line is not JSON: " + JsonProblem.of(e));
            }
            node = request.get();
        }
        Field field = Field.line(node);
        if (!field.isObject()) {
            return Outcome.rejected(
                    RejectionCode.INVALID_PROMPT, "the line is " + field.kind() + "; expected an object");
        }
        if (!StrictJson.encodable(node, text)) {
            return Outcome.rejected(
                    RejectionCode.INVALID_UTF8, "the line escapes half a surrogate pair, which UTF-8 cannot hold");
        }
        return parse(field, () -> generatedId(line));
    }

    /**
     * The same of a line that is put together already, and holds its id.
     *
     * @param line of values that UTF-8 can hold
     */
    public Outcome<List<Prompt>> parse(ObjectNode line) {
        return parse(Field.line(line), () -> {
            throw new InvalidFieldException("the line has no id; expected one");
        });
    }

    private Outcome<List<Prompt>> parse(Field field, Supplier<String> otherwise) {
        try {
            List<Prompt> prompts = prompts(field, otherwise);
            unknown.add(field);
            return Outcome.accepted(prompts);
        } catch (InvalidFieldException e) {
            return Outcome.rejected(e.code(), String.valueOf(e.getMessage()));
        } catch (ContractException e) {
            return Outcome.rejected(e.code(RejectionCode.INVALID_PROMPT), String.valueOf(e.getMessage()));
        }
    }

    private List<Prompt> prompts(Field field, Supplier<String> otherwise) {
        var call = new Call(new Times(clock));
        shapes.read(field, call);
        List<Exchange> exchanges = call.exchanges();
        @Nullable String givenId = call.id();
        String id = givenId == null ? otherwise.get() : givenId;
        @Nullable String givenConversation = call.conversationId();
        String conversation = givenConversation == null ? id : givenConversation;
        List<Prompt> prompts = new ArrayList<>();
        for (Exchange exchange : exchanges) {
            prompts.add(prompt(call, exchange, exchanges.size() == 1 ? id : id + '/' + prompts.size(), conversation));
        }
        return prompts;
    }

    private Prompt prompt(Call call, Exchange exchange, String id, String conversation) {
        @Nullable Instant createdAt = call.createdAt();
        @Nullable String tenant = call.tenant();
        return new Prompt(
                id,
                conversation,
                exchange.input(),
                exchange.response(),
                call.reference(),
                tenant == null ? Prompt.DEFAULT_TENANT : tenant,
                createdAt == null ? clock.instant() : createdAt,
                holdOut.of(conversation),
                call.production(),
                call.metadata());
    }

    private String generatedId(Line line) {
        return Digests.sha256(source + '\n' + line.number() + '\n' + Digests.sha256(line.bytes()))
                .substring(0, 32);
    }

    private static String decode(byte[] bytes) throws CharacterCodingException {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.contains(REPLACEMENT)) {
            // It may stand in the line as well.
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        }
        return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    }
}

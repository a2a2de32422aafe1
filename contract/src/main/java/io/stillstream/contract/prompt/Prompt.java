package io.stillstream.contract.prompt;

import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rejection.RejectionCode;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One piece of production traffic: a chat or a plain text, with the response that production gave where it is known.
 *
 * @param id unique within the stream; replays of one prompt carry one id
 * @param conversationId the record's key: order is kept, and the hold-out split made, per conversation
 * @param response what was answered; the teacher writes one where it is null
 * @param reference ground truth, where somebody knows it
 * @param production how production answered, as far as it is known
 */
public record Prompt(
        String id,
        String conversationId,
        PromptInput input,
        @Nullable Response response,
        @Nullable String reference,
        String tenant,
        Instant createdAt,
        Split split,
        Production production,
        Map<String, String> metadata) {

    /** The tenant of traffic that names none. */
    public static final String DEFAULT_TENANT = "default";

    /** When the earliest prompt was asked; also the time of one of which nobody knows it. */
    public static final Instant EARLIEST = Instant.EPOCH;

    /** When the last prompt is asked that this contract can hold. */
    public static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");

    public Prompt {
        metadata = Map.copyOf(metadata);
        if (id.isBlank()) {
            throw new ContractException("the prompt has a blank id; expected a unique non-blank string");
        }
        if (conversationId.isBlank()) {
            throw new ContractException("prompt '" + id + "' has a blank conversation id");
        }
        if (input.blank()) {
            throw new ContractException("prompt '" + id + "' is empty: there is no text to continue");
        }
        requireTime("created_at", createdAt);
    }

    /** A prompt of which nothing but the input is known: its own conversation, of the default tenant, to train on. */
    public static Prompt of(String id, PromptInput input, Instant createdAt) {
        return new Prompt(
                id, id, input, null, null, DEFAULT_TENANT, createdAt, Split.TRAIN, Production.UNKNOWN, Map.of());
    }

    /**
     * @param name of the time, for the message
     * @throws ContractException when it is beyond what this contract can hold
     */
    public static void requireTime(String name, Instant time) {
        if (time.isBefore(EARLIEST) || time.isAfter(LATEST)) {
            throw new ContractException(
                    RejectionCode.INVALID_PROMPT,
                    name + " is '" + time + "'; expected a time from " + EARLIEST + " to " + LATEST);
        }
    }

    public Prompt withSplit(Split other) {
        return new Prompt(
                id, conversationId, input, response, reference, tenant, createdAt, other, production, metadata);
    }

    /** The same, answered so. */
    public Prompt withResponse(@Nullable Response answer) {
        return new Prompt(id, conversationId, input, answer, reference, tenant, createdAt, split, production, metadata);
    }

    /** The same prompt asked again, at another time under another id, in the same conversation. */
    public Prompt asked(String again, Instant at) {
        return new Prompt(again, conversationId, input, response, reference, tenant, at, split, production, metadata);
    }
}

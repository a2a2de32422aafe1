package io.stillstream.contract;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One piece of production traffic: a chat or a plain text, with the response that production gave where it is known.
 *
 * @param id unique within the stream; replays of one prompt carry one id
 * @param conversationId the record's key: order is kept, and the hold-out split made, per conversation
 * @param messages the chat; empty where {@code text} is given
 * @param text a plain prompt; null where {@code messages} are given
 * @param response what production answered; the teacher writes one where it is null
 * @param author who wrote the response, where there is one
 * @param reference ground truth, where somebody knows it
 */
public record Prompt(
        String id,
        String conversationId,
        List<Message> messages,
        @Nullable String text,
        @Nullable String response,
        Author author,
        @Nullable String reference,
        String tenant,
        Instant createdAt,
        Split split,
        Map<String, String> metadata) {

    public Prompt {
        messages = List.copyOf(messages);
        metadata = Map.copyOf(metadata);
        if (id.isBlank()) {
            throw new ContractException("the prompt has a blank id; expected a unique non-blank string");
        }
        if (conversationId.isBlank()) {
            throw new ContractException("prompt '" + id + "' has a blank conversation id");
        }
        if ((text == null) == messages.isEmpty()) {
            throw new ContractException("prompt '" + id + "' must have either messages or a plain prompt, and has "
                    + (text == null ? "neither" : "both"));
        }
        boolean empty = text == null
                ? messages.stream().allMatch(message -> message.content().isBlank())
                : text.isBlank();
        if (empty) {
            throw new ContractException("prompt '" + id + "' is empty: there is no text to continue");
        }
    }

    public Prompt withSplit(Split other) {
        return new Prompt(
                id, conversationId, messages, text, response, author, reference, tenant, createdAt, other, metadata);
    }

    /** Answered so, by this author. */
    public Prompt withResponse(String answer, Author by) {
        return new Prompt(
                id, conversationId, messages, text, answer, by, reference, tenant, createdAt, split, metadata);
    }
}

package io.stillstream.contract.prompt;

import io.stillstream.contract.rejection.ContractException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation, as the OpenAI API has it.
 *
 * @param role {@code system}, {@code developer}, {@code user}, {@code assistant} or {@code tool}, or another that the
 *     model's template knows
 * @param name of the participant or the tool
 * @param toolCalls of an assistant's message
 * @param toolCallId of a tool's message: the call that it answers
 * @param refusal why the model did not answer, in its words
 * @param reasoning what a thinking model wrote before its answer
 */
public record Message(
        String role,
        @Nullable String name,
        Content content,
        List<ToolCall> toolCalls,
        @Nullable String toolCallId,
        @Nullable String refusal,
        @Nullable String reasoning) {

    public static final String ASSISTANT = "assistant";

    public Message {
        toolCalls = List.copyOf(toolCalls);
        if (role.isBlank()) {
            throw new ContractException("a message has a blank role; expected system, user, assistant or tool");
        }
    }

    /** A message of text alone. */
    public static Message of(String role, String text) {
        return new Message(role, null, Content.of(text), List.of(), null, null, null);
    }

    /** What the assistant said, in text alone. */
    public static Message assistant(String text) {
        return of(ASSISTANT, text);
    }

    /** The content, or the refusal where there is no content: what the model said. */
    public String said() {
        String text = content.joined();
        return text.isEmpty() && refusal != null ? refusal : text;
    }

    /** Whether a response can go on from here: it is the assistant's, and calls nothing. */
    public boolean beginsResponse() {
        return role.equals(ASSISTANT) && toolCalls.isEmpty();
    }

    /** One message of this beginning and the rest of it. */
    public Message continuedBy(Message rest) {
        return new Message(
                role,
                name,
                Content.of(said() + rest.said()),
                rest.toolCalls,
                null,
                null,
                rest.reasoning == null ? reasoning : rest.reasoning);
    }

    /** Every text that it is made of, for checks; in no particular order. */
    public Stream<String> texts() {
        Stream<String> own = Stream.of(role, name, content.joined(), toolCallId, refusal, reasoning)
                .filter(Objects::nonNull);
        Stream<String> calls = toolCalls.stream()
                .flatMap(call ->
                        Stream.of(call.id(), call.name(), call.arguments()).filter(Objects::nonNull));
        return Stream.concat(own, calls);
    }

    /** Whether it says nothing and calls nothing. */
    public boolean blank() {
        return said().isBlank() && toolCalls.isEmpty() && (reasoning == null || reasoning.isBlank());
    }
}

package io.stillstream.contract.prompt;

import io.stillstream.contract.rejection.ContractException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A conversation up to the response.
 *
 * @param messages at least one
 * @param tools what the model may call: JSON objects in the shape of the OpenAI API
 *     ({@code {"type": "function", "function": {…}}}), each as its JSON text
 * @param documents what a template for retrieval reads: JSON objects, each as its JSON text
 * @param continued whether the last message, the assistant's, is the beginning of the response, which goes on from there: a
 *     prefill
 */
public record Chat(List<Message> messages, List<String> tools, List<String> documents, boolean continued)
        implements PromptInput {

    public Chat {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
        documents = List.copyOf(documents);
        if (messages.isEmpty()) {
            throw new ContractException("a chat has no messages; expected at least one");
        }
        if (continued && (messages.size() < 2 || !last(messages).beginsResponse())) {
            throw new ContractException("a chat of " + messages.size() + " messages, the last of the role "
                    + last(messages).role() + ", is to be continued; expected a last message of the assistant, without"
                    + " tool calls, and one that it answers");
        }
    }

    /** One whose response is a message of its own. */
    public Chat(List<Message> messages, List<String> tools, List<String> documents) {
        this(messages, tools, documents, false);
    }

    /** A conversation without tools or documents. */
    public static Chat of(Message... messages) {
        return new Chat(List.of(messages), List.of(), List.of());
    }

    /** The same with the response at its end. */
    public Chat with(Message response) {
        List<Message> longer = new ArrayList<>(continued ? asked().messages : messages);
        longer.add(continued ? last().continuedBy(response) : response);
        return new Chat(longer, tools, documents);
    }

    /** What the assistant answers: without the beginning of the response where it is continued. */
    public Chat asked() {
        return continued ? new Chat(messages.subList(0, messages.size() - 1), tools, documents) : this;
    }

    /** The last message: where the chat is continued, the beginning of the response. */
    public Message last() {
        return last(messages);
    }

    private static Message last(List<Message> messages) {
        return messages.get(messages.size() - 1);
    }

    @Override
    public boolean blank() {
        return messages.stream().allMatch(Message::blank);
    }

    @Override
    public Stream<String> texts() {
        return Stream.of(messages.stream().flatMap(Message::texts), tools.stream(), documents.stream())
                .flatMap(Function.identity());
    }
}

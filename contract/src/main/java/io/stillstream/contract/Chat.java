package io.stillstream.contract;

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
 */
public record Chat(List<Message> messages, List<String> tools, List<String> documents) implements PromptInput {

    public Chat {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
        documents = List.copyOf(documents);
        if (messages.isEmpty()) {
            throw new ContractException("a chat has no messages; expected at least one");
        }
    }

    /** A conversation without tools or documents. */
    public static Chat of(Message... messages) {
        return new Chat(List.of(messages), List.of(), List.of());
    }

    /** The same with one more message at its end. */
    public Chat with(Message next) {
        List<Message> longer = new ArrayList<>(messages);
        longer.add(next);
        return new Chat(longer, tools, documents);
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

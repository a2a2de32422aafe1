package io.stillstream.scorer;

import io.stillstream.contract.Message;
import io.stillstream.contract.Prompt;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A prompt as plain text, for a teacher without a chat template.
 *
 * <p>A plain prompt is its own text. A chat of a single user message is that message's content. Any other chat is one
 * line {@code role: content} a message, and a last line {@code assistant:} for the response to continue.
 */
public final class PromptText {

    private PromptText() {}

    public static String of(Prompt prompt) {
        if (prompt.text() != null) {
            return prompt.text();
        }
        List<Message> messages = prompt.messages();
        if (messages.size() == 1 && messages.get(0).role().equals("user")) {
            return messages.get(0).content();
        }
        return messages.stream()
                .map(message -> message.role() + ": " + message.content() + "\n")
                .collect(Collectors.joining("", "", "assistant:"));
    }
}

package io.stillstream.scorer;

import io.stillstream.contract.Chat;
import io.stillstream.contract.Message;
import io.stillstream.contract.PlainText;
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
        if (prompt.input() instanceof PlainText plain) {
            return plain.text();
        }
        List<Message> messages = ((Chat) prompt.input()).messages();
        if (messages.size() == 1 && messages.get(0).role().equals("user")) {
            return messages.get(0).said();
        }
        return messages.stream()
                .map(message -> message.role() + ": " + message.said() + "\n")
                .collect(Collectors.joining("", "", "assistant:"));
    }
}

package io.stillstream.scorer;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.prompt.ToolCall;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A prompt and its response as plain text, for a teacher without a chat template.
 *
 * <p>A plain prompt is its own text. A chat of a single user message is that message's content. Any other chat is one
 * line {@code role: content} a message, and a last line {@code assistant:} for the response to continue, with its beginning where
 * the chat has that. A line
 * {@code assistant calls name: arguments} is a call of a tool; tools and documents are a line of JSON each, before the
 * messages. What the assistant thought is part of a response, in {@code <think>}, and not of an earlier turn, as in the
 * templates of thinking models.
 */
public final class PromptText {

    private PromptText() {}

    public static String of(Prompt prompt) {
        if (prompt.input() instanceof PlainText plain) {
            return plain.text();
        }
        Chat chat = (Chat) prompt.input();
        List<Message> messages = chat.messages();
        boolean bare = chat.tools().isEmpty() && chat.documents().isEmpty();
        if (bare && messages.size() == 1 && messages.get(0).role().equals("user")) {
            return messages.get(0).said();
        }
        return json("tools", chat.tools())
                + json("documents", chat.documents())
                + chat.asked().messages().stream()
                        .map(PromptText::line)
                        .collect(Collectors.joining("", "", "assistant:"))
                + (chat.continued() ? chat.last().said() : "");
    }

    /** The text of an answer: what was thought, said and called, as far as the model wrote it. */
    public static String of(Response response) {
        Message message = response.message();
        String said = message.said();
        String calls = calls(message);
        String thought = message.reasoning() == null ? "" : "<think>\n" + message.reasoning();
        if (!thought.isEmpty() && (response.finishReason().endsText() || !said.isEmpty() || !calls.isEmpty())) {
            thought += "\n</think>\n\n";
        }
        return thought + said + (said.isEmpty() || calls.isEmpty() ? "" : "\n") + calls;
    }

    private static String json(String name, List<String> objects) {
        return objects.isEmpty() ? "" : name + ": [" + String.join(", ", objects) + "]\n";
    }

    private static String line(Message message) {
        String calls = calls(message);
        String said = message.role() + (message.name() == null ? "" : " " + message.name()) + ": " + message.said();
        if (calls.isEmpty()) {
            return said + "\n";
        }
        return (message.said().isEmpty() ? "" : said + "\n") + calls + "\n";
    }

    private static String calls(Message message) {
        return message.toolCalls().stream().map(PromptText::call).collect(Collectors.joining("\n"));
    }

    private static String call(ToolCall call) {
        return "assistant calls " + call.name() + ": " + call.arguments();
    }
}

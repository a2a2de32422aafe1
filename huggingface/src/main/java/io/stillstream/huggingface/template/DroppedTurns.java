package io.stillstream.huggingface.template;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.ToolCall;
import io.stillstream.huggingface.template.python.PythonJson;
import io.stillstream.huggingface.template.python.Whitespace;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds the turns of a chat that a template has left out without a word: no model learns what they say. */
public final class DroppedTurns {

    private DroppedTurns() {}

    /**
     * The roles of which a turn says something that is not in the rendering. Of the assistant's turns only what they call
     * counts: templates of thinking models leave out earlier thoughts on purpose.
     */
    public static Set<String> roles(Chat chat, String rendering) {
        return chat.messages().stream()
                .filter(message -> !said(message).stream().allMatch(text -> holds(rendering, text)))
                .map(Message::role)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static List<String> said(Message message) {
        if (message.role().equals(Message.ASSISTANT)) {
            return message.toolCalls().stream().map(ToolCall::name).toList();
        }
        return message.content() instanceof Content.Parts parts ? parts.texts() : List.of(message.said());
    }

    /** As it is, or within JSON. */
    private static boolean holds(String rendering, String text) {
        String said = Whitespace.strip(text);
        if (rendering.contains(said)) {
            return true;
        }
        String json = new PythonJson(false, null, null, false).of(said);
        return rendering.contains(json.substring(1, json.length() - 1));
    }
}

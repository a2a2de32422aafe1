package io.stillstream.huggingface.template;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.ToolCall;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;

/** Finds out which form of variables a template expects, from what it renders for each. */
final class TemplateProbes {

    private static final String MARK = "stillstreamprobe";
    private static final Message USER = Message.of("user", MARK);

    private static final Message USER_IN_PARTS =
            new Message("user", null, new Content.Parts(List.of(MARK)), List.of(), null, null, null);

    private static final Message CALL = new Message(
            Message.ASSISTANT,
            null,
            Content.absent(),
            List.of(new ToolCall("stillstrea", "f", "{\"x\": \"" + MARK + "\"}")),
            null,
            null,
            null);

    private TemplateProbes() {}

    /** @param template the same template with given variables */
    static ChatVariables variables(Function<ChatVariables, ChatTemplate> template, ChatVariables plain) {
        ChatVariables parts = new ChatVariables(true, false, plain.reasoning());
        ChatVariables texts = new ChatVariables(false, true, plain.reasoning());
        Chat inParts = Chat.of(USER_IN_PARTS);
        String asText = text(template.apply(plain), inParts);
        String asParts = text(template.apply(parts), inParts);
        // A template for texts may print the list itself: then the names of its fields show.
        boolean readsParts = asParts.contains(MARK) && asParts.contains("type") == asText.contains("type");
        Chat calls = Chat.of(USER, CALL);
        boolean writesTexts = !text(template.apply(plain), calls).contains(MARK + "\"")
                && text(template.apply(texts), calls).contains(MARK + "\"");
        return new ChatVariables(readsParts, writesTexts, plain.reasoning());
    }

    private static String text(ChatTemplate template, Chat chat) {
        return template.render(chat, Instant.EPOCH, false) instanceof Rendering.Rendered rendered
                ? rendered.text()
                : "";
    }
}

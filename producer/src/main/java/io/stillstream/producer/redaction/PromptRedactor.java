package io.stillstream.producer.redaction;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Production;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.PromptInput;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.prompt.ToolCall;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Takes a prompt's every text through redaction, in the order of the chat. Ids, among them the conversation's and the tenant, are
 * kept as they are or, where something private is in one, replaced as a whole by their keyed hash, which is the same in all records.
 */
final class PromptRedactor {

    private static final String USE = "id";

    private final TextRedactor texts;
    private final RedactionKey key;

    PromptRedactor(TextRedactor texts, RedactionKey key) {
        this.texts = texts;
        this.key = key;
    }

    Prompt redact(Prompt prompt) {
        return new Prompt(
                id(prompt.id()),
                id(prompt.conversationId()),
                input(prompt.input()),
                response(prompt.response()),
                optional(prompt.reference()),
                id(prompt.tenant()),
                prompt.createdAt(),
                prompt.split(),
                new Production(
                        optional(prompt.production().model()),
                        entries(prompt.production().sampling(), (name, json) -> texts.json(json))),
                entries(prompt.metadata(), texts::text));
    }

    private String id(String id) {
        return texts.finds(id) ? "redacted-" + key.word(USE, id) : id;
    }

    private PromptInput input(PromptInput input) {
        if (input instanceof PlainText plain) {
            return new PlainText(texts.text(plain.text()));
        }
        Chat chat = (Chat) input;
        return new Chat(
                chat.messages().stream().map(this::message).toList(),
                each(chat.tools(), texts::json),
                each(chat.documents(), texts::json),
                chat.continued());
    }

    private static List<String> each(List<String> list, UnaryOperator<String> redact) {
        return list.stream().map(redact).toList();
    }

    private @Nullable Response response(@Nullable Response response) {
        return response == null
                ? null
                : new Response(
                        message(response.message()), response.finishReason(), response.choice(), response.author());
    }

    private Message message(Message message) {
        return new Message(
                texts.text(message.role()),
                optional(message.name()),
                content(message.content()),
                message.toolCalls().stream().map(this::call).toList(),
                optional(message.toolCallId()),
                optional(message.refusal()),
                optional(message.reasoning()));
    }

    private Content content(Content content) {
        if (content instanceof Content.Text text) {
            return Content.of(texts.text(text.text()));
        }
        return content instanceof Content.Parts parts
                ? new Content.Parts(each(parts.texts(), texts::text))
                : Content.absent();
    }

    private ToolCall call(ToolCall call) {
        return new ToolCall(optional(call.id()), texts.text(call.name()), texts.text(call.arguments()));
    }

    private @Nullable String optional(@Nullable String text) {
        return text == null ? null : texts.text(text);
    }

    /** In the order of their names: where two names become one, it is always the same entry that stays. */
    private Map<String, String> entries(Map<String, String> entries, BinaryOperator<String> value) {
        Map<String, String> redacted = new LinkedHashMap<>();
        new TreeMap<>(entries).forEach((name, text) -> redacted.putIfAbsent(texts.text(name), value.apply(name, text)));
        return redacted;
    }
}

package io.stillstream.producer.parsing.body;

import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.ToolCall;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.InvalidFieldException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The items of the Responses API as messages: what the assistant thought, said and called until somebody else's turn is one
 * message of its own.
 */
final class ResponseItems {

    private static final Set<String> TYPES = Set.of("message", "function_call", "function_call_output", "reasoning");
    private static final Set<String> HARMLESS = Set.of("id", "status", "encrypted_content", "phase");

    private final List<Message> messages = new ArrayList<>();
    private final List<String> thoughts = new ArrayList<>();
    private final List<String> texts = new ArrayList<>();
    private final List<ToolCall> calls = new ArrayList<>();
    private @Nullable String refusal;

    private ResponseItems() {}

    /** Whether an array holds such items and not messages of the chat API. */
    static boolean holds(Field array) {
        return array.items().stream()
                .map(item -> item.get("type").peek())
                .anyMatch(type -> TYPES.contains(type) || type.endsWith("_call") || type.equals("item_reference"));
    }

    /** The conversation that is the input of a call. */
    static List<Message> conversation(Field items) {
        var reader = new ResponseItems();
        for (Field item : items.items()) {
            boolean newTurn = (!item.get("type").peek().equals("function_call") && !reader.texts.isEmpty())
                    || (item.get("type").peek().equals("reasoning") && !reader.calls.isEmpty());
            if (newTurn) {
                reader.endTurn();
            }
            reader.add(item);
        }
        reader.endTurn();
        return reader.messages;
    }

    /** The output of a call: one message. */
    static Message output(Field items) {
        var reader = new ResponseItems();
        items.items().forEach(reader::add);
        reader.endTurn();
        if (reader.messages.size() == 1 && reader.messages.get(0).role().equals(Message.ASSISTANT)) {
            return reader.messages.get(0);
        }
        if (reader.messages.isEmpty()) {
            throw Answers.emptyResponse(items);
        }
        throw items.invalid("what the assistant wrote alone");
    }

    private void add(Field item) {
        if (!item.isObject()) {
            throw item.invalid("an item with a type");
        }
        item.ignore(HARMLESS);
        Field type = item.get("type");
        switch (type.present() ? type.text() : "message") {
            case "message" -> message(item);
            case "function_call" -> calls.add(ToolCalls.call(item));
            case "function_call_output" -> {
                endTurn();
                messages.add(new Message(
                        "tool",
                        null,
                        Blocks.textOf(item.get("output")),
                        List.of(),
                        item.get("call_id").optionalScalar(),
                        null,
                        null));
            }
            case "reasoning" -> {
                item.get("summary").items().forEach(part -> thoughts.add(thought(part)));
                item.get("content").items().forEach(part -> thoughts.add(thought(part)));
            }
            default -> throw item.unsupported("an item of type '" + type.peek() + "'");
        }
    }

    private static String thought(Field part) {
        part.get("type").optionalText();
        return part.get("text").text();
    }

    private void message(Field item) {
        Field role = item.get("role");
        String name = role.text();
        Field content = item.get("content");
        if (!name.equals(Message.ASSISTANT)) {
            endTurn();
            messages.add(new Message(name, null, Blocks.textOf(content), List.of(), null, null, null));
            return;
        }
        if (content.isText()) {
            texts.add(content.text());
            return;
        }
        if (!content.isArray()) {
            throw content.invalid("a string or an array of parts");
        }
        Blocks blocks = Blocks.of(content);
        if (blocks.content() instanceof Content.Parts parts) {
            texts.addAll(parts.texts());
        } else if (blocks.content() instanceof Content.Text text) {
            texts.add(text.text());
        }
        if (blocks.refusal() != null) {
            refusal = blocks.refusal();
        }
    }

    private void endTurn() {
        if (texts.isEmpty() && calls.isEmpty() && refusal == null && thoughts.isEmpty()) {
            return;
        }
        messages.add(new Message(
                Message.ASSISTANT,
                null,
                texts.isEmpty() ? Content.absent() : Content.of(String.join("", texts)),
                calls,
                null,
                refusal,
                thoughts.isEmpty() ? null : String.join("\n", thoughts)));
        texts.clear();
        calls.clear();
        thoughts.clear();
        refusal = null;
    }

    /** An input that goes on from something that only the API's own store has. */
    static InvalidFieldException stored(Field field) {
        return new InvalidFieldException(
                RejectionCode.INVALID_PROMPT,
                field.path() + " refers to what the API keeps, so the conversation is not in the line;"
                        + " expected all of it in the input");
    }
}

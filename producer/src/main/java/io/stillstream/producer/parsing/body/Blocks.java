package io.stillstream.producer.parsing.body;

import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.ToolCall;
import io.stillstream.producer.parsing.field.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parts of one message's content, sorted by what they are: text, a refusal, a thought, calls of tools, and results of tools,
 * which are messages of their own. What no text stands for is refused.
 */
final class Blocks {

    private static final Set<String> HARMLESS =
            Set.of("cache_control", "signature", "annotations", "logprobs", "id", "index");

    private final List<String> texts = new ArrayList<>();
    private final List<String> thoughts = new ArrayList<>();
    private final List<ToolCall> calls = new ArrayList<>();
    private final List<Message> results = new ArrayList<>();
    private @Nullable String refusal;
    private boolean textAlone = true;

    static Blocks of(Field content) {
        var blocks = new Blocks();
        content.items().forEach(blocks::add);
        return blocks;
    }

    /** Of content that may be a text, an array of parts, or absent. */
    static Content textOf(Field content) {
        if (!content.present()) {
            return Content.absent();
        }
        if (content.isText()) {
            return Content.of(content.text());
        }
        if (!content.isArray()) {
            throw content.invalid("a string or an array of parts");
        }
        Blocks blocks = of(content);
        if (!blocks.calls.isEmpty()
                || !blocks.results.isEmpty()
                || blocks.refusal != null
                || !blocks.thoughts.isEmpty()) {
            throw content.invalid("parts of text alone");
        }
        return blocks.content();
    }

    private void add(Field part) {
        if (part.isText()) {
            texts.add(part.text());
            return;
        }
        if (!part.isObject()) {
            throw part.invalid("a part with a type");
        }
        part.ignore(HARMLESS);
        Field type = part.get("type");
        String name = type.present() ? type.text() : "text";
        switch (name) {
            case "text" -> texts.add(part.get("text").text());
            case "input_text", "output_text", "summary_text" -> {
                textAlone = false;
                texts.add(part.get("text").text());
            }
            case "refusal" -> {
                textAlone = false;
                refusal = part.get("refusal").text();
            }
            case "thinking", "reasoning", "reasoning_text" -> {
                textAlone = false;
                thoughts.add(thought(part.first("thinking", "reasoning", "text")));
            }
            case "tool_use" -> {
                textAlone = false;
                calls.add(new ToolCall(
                        part.get("id").optionalScalar(), part.get("name").text(), arguments(part.get("input"))));
            }
            case "tool_result" -> results.add(result(part));
            default -> throw part.unsupported("a part of type '" + name + "'");
        }
    }

    private static String thought(Field thought) {
        return thought.isArray() ? String.join("", of(thought).texts) : thought.text();
    }

    private static String arguments(Field input) {
        if (!input.isObject() && !input.isText()) {
            throw input.invalid("an object of arguments");
        }
        return input.anyText();
    }

    private static Message result(Field part) {
        // Whether the tool failed stands in its text; the message of a tool has no place for it.
        part.get("is_error").isFalse();
        Content content = textOf(part.get("content"));
        return new Message(
                "tool",
                null,
                content instanceof Content.Absent ? Content.of("") : content,
                List.of(),
                part.get("tool_use_id").optionalScalar(),
                null,
                null);
    }

    /** Parts as the chat API has them stay parts, since templates may word them in another way than one text. */
    Content content() {
        if (texts.isEmpty()) {
            return Content.absent();
        }
        return texts.size() == 1 && !textAlone ? Content.of(texts.get(0)) : new Content.Parts(texts);
    }

    List<ToolCall> calls() {
        return calls;
    }

    List<Message> results() {
        return results;
    }

    @Nullable
    String refusal() {
        return refusal;
    }

    @Nullable
    String reasoning() {
        return thoughts.isEmpty() ? null : String.join("\n", thoughts);
    }
}

package io.stillstream.producer.parsing.body;

import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.ToolCall;
import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.InvalidFieldException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Messages as the chat APIs of OpenAI and Anthropic have them, and as servers and exporters vary them: text or parts, calls and
 * results of tools as fields or as parts, a refusal, a thought, a spoken answer's transcript.
 */
final class Messages {

    /** Says nothing that the model reads or writes. */
    private static final Set<String> HARMLESS = Set.of(
            "id",
            "object",
            "type",
            "index",
            "status",
            "model",
            "usage",
            "logprobs",
            "timestamp",
            "created_at",
            "cache_control",
            "container",
            "stop_sequence",
            "token_ids",
            "provider_specific_fields");

    /** The thought again, in a provider's own form. */
    private static final Set<String> REPEATED_REASONING = Set.of("thinking_blocks", "reasoning_details");

    private static final Set<String> NO_TEXT = Set.of("images", "image", "videos", "video", "audios", "files");

    private Messages() {}

    /** The turns of an array of messages; {@code messages} may be its JSON text. */
    static List<Turn> read(Field messages) {
        Field array = messages.unpacked();
        if (!array.isArray()) {
            throw messages.invalid("an array of messages");
        }
        List<Turn> turns = new ArrayList<>();
        for (Field item : array.items()) {
            Turn.Weight weight = weight(item.get("weight"));
            List<Message> found = read(item, null);
            found.forEach(message -> turns.add(new Turn(message, weight)));
        }
        return turns;
    }

    /** An answer's message, in which several parts are one text. */
    static Message answer(Field message) {
        List<Message> found = read(message, Message.ASSISTANT);
        if (found.size() != 1 || !found.get(0).role().equals(Message.ASSISTANT)) {
            throw message.invalid("the message of an assistant");
        }
        Message answer = found.get(0);
        if (answer.content() instanceof Content.Parts parts) {
            return new Message(
                    answer.role(),
                    answer.name(),
                    Content.of(String.join("", parts.texts())),
                    answer.toolCalls(),
                    answer.toolCallId(),
                    answer.refusal(),
                    answer.reasoning());
        }
        return answer;
    }

    /** Several where the content holds results of tools, each of which is a message of its own. */
    private static List<Message> read(Field message, @Nullable String ownRole) {
        if (!message.isObject()) {
            throw message.invalid("a message with a role and a content");
        }
        String role = role(message, ownRole);
        message.ignore(HARMLESS);
        for (String name : NO_TEXT) {
            if (!message.get(name).empty()) {
                throw message.get(name).unsupported(message.get(name).kind() + " in a message");
            }
        }
        Field content = message.get("content");
        Blocks blocks = content.isArray() ? Blocks.of(content) : new Blocks();
        List<Message> found = new ArrayList<>(blocks.results());
        if (blocks.results().isEmpty() || !(blocks.content() instanceof Content.Absent)) {
            found.add(message(message, role, blocks));
        }
        return found;
    }

    private static Message message(Field message, String role, Blocks blocks) {
        Field content = message.get("content");
        Content said = content.isArray() ? blocks.content() : Blocks.textOf(content);
        List<ToolCall> calls = new ArrayList<>(blocks.calls());
        calls.addAll(ToolCalls.read(message));
        String refusal = blocks.refusal() == null ? nonEmpty(message.get("refusal")) : blocks.refusal();
        String reasoning = blocks.reasoning() == null ? reasoning(message) : blocks.reasoning();
        Field audio = message.get("audio");
        if (!audio.empty()) {
            said = spoken(audio, said);
        }
        boolean nothing = said instanceof Content.Absent && calls.isEmpty() && refusal == null && reasoning == null;
        if (nothing && content.isArray()) {
            throw content.invalid("a string or an array of parts");
        }
        return new Message(
                role,
                message.first("name", "tool_name").optionalScalar(),
                said,
                calls,
                message.first("tool_call_id", "toolCallId").optionalScalar(),
                refusal,
                reasoning);
    }

    private static String role(Field message, @Nullable String ownRole) {
        Field role = message.get("role");
        if (!role.present() && ownRole != null) {
            return ownRole;
        }
        String name = role.text();
        if (name.isBlank()) {
            throw role.invalid("system, user, assistant or tool");
        }
        // What answered a call was a function before it was a tool.
        return name.equals("function") ? "tool" : name;
    }

    private static @Nullable String reasoning(Field message) {
        String known = null;
        for (String name : List.of("reasoning_content", "reasoning", "thinking")) {
            Field field = message.get(name);
            if (!field.empty()) {
                String text = field.text();
                if (known != null && !known.equals(text)) {
                    throw new InvalidFieldException(
                            field.path() + " is another text than the reasoning beside it; expected one of them");
                }
                known = text;
            }
        }
        if (known != null) {
            message.ignore(REPEATED_REASONING);
        }
        return known;
    }

    /** The transcript is the text of a spoken answer. */
    private static Content spoken(Field audio, Content said) {
        Field transcript = audio.get("transcript");
        if (transcript.empty()) {
            throw audio.unsupported("audio without a transcript");
        }
        audio.ignore(Set.of("id", "data", "expires_at", "format"));
        if (said.joined().isEmpty()) {
            return Content.of(transcript.text());
        }
        if (!said.joined().equals(transcript.text())) {
            throw new InvalidFieldException(
                    transcript.path() + " is another text than the content beside it; expected one of them");
        }
        return said;
    }

    private static @Nullable String nonEmpty(Field field) {
        String text = field.optionalText();
        return text == null || text.isEmpty() ? null : text;
    }

    static Turn.Weight weight(Field weight) {
        if (!weight.present()) {
            return Turn.Weight.UNMARKED;
        }
        double number = weight.number();
        if (number == 0 || weight.isFalse()) {
            return Turn.Weight.CONTEXT;
        }
        if (number == 1 || weight.isTrue()) {
            return Turn.Weight.LEARNED;
        }
        throw weight.invalid("0 or 1");
    }
}

package io.stillstream.producer.parsing.body;

import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.ToolCall;
import io.stillstream.producer.parsing.field.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Turns as ShareGPT's files have them: {@code from} and {@code value}, or messages as the chat APIs have them. */
public final class ShareGptTurns {

    private ShareGptTurns() {}

    public static void read(Field conversation, Call call) {
        Field array = conversation.unpacked();
        if (!array.isArray()) {
            throw conversation.invalid("an array of turns");
        }
        call.learnEveryTurn();
        if (array.items().stream().noneMatch(turn -> turn.has("from"))) {
            call.turns(Messages.read(conversation));
            return;
        }
        List<Turn> turns = new ArrayList<>();
        array.items().forEach(turn -> turns.add(turn(turn)));
        call.turns(turns);
    }

    public static void system(Field system, Call call) {
        if (!system.empty()) {
            call.system(Content.of(system.text()));
        }
    }

    private static Turn turn(Field turn) {
        Field from = turn.get("from");
        Field value = turn.get("value");
        Turn.Weight weight = Messages.weight(turn.get("weight"));
        Message message = switch (from.text().toLowerCase(Locale.ROOT)) {
            case "human", "user" -> Message.of("user", value.text());
            case "gpt", "assistant", "chatgpt", "bing", "bard", "model", "bot" -> Message.assistant(value.text());
            case "system" -> Message.of("system", value.text());
            case "function_call" -> calls(value);
            case "observation", "tool", "function_response", "ipython" -> Message.of("tool", value.text());
            default -> throw from.invalid("human, gpt, system, function_call or observation");
        };
        return new Turn(message, weight);
    }

    private static Message calls(Field value) {
        Field held = value.unpacked();
        List<ToolCall> calls =
                held.isArray() ? held.items().stream().map(ToolCalls::call).toList() : List.of(ToolCalls.call(held));
        return new Message(Message.ASSISTANT, null, Content.absent(), calls, null, null, null);
    }
}

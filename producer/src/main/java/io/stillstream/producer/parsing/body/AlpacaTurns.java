package io.stillstream.producer.parsing.body;

import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.Message;
import io.stillstream.producer.parsing.field.Field;
import java.util.ArrayList;
import java.util.List;

/** An instruction with its input on the next line as the user's turn, after the turns of its {@code history}. */
public final class AlpacaTurns {

    private AlpacaTurns() {}

    public static void read(Field line, Call call) {
        List<Message> messages = new ArrayList<>();
        for (Field pair : line.get("history").unpacked().items()) {
            if (pair.items().size() != 2) {
                throw pair.invalid("an array of a question and its answer");
            }
            messages.add(Message.of("user", pair.items().get(0).text()));
            messages.add(Message.assistant(pair.items().get(1).text()));
        }
        String instruction = line.get("instruction").text();
        Field input = line.first("input", "context");
        messages.add(Message.of("user", input.empty() ? instruction : instruction + '\n' + input.text()));
        call.messages(messages);
        if (!line.get("system").empty()) {
            call.system(Content.of(line.get("system").text()));
        }
    }
}

package io.stillstream.huggingface.template;

import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.ToolCall;
import io.stillstream.huggingface.template.python.Whitespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message that was cut off, with a mark behind the last that was written of it: a template that renders it writes the mark
 * where the model stopped, and behind it what the model did not write: the end of a call, of a thought, of the turn.
 *
 * @param quoted whether the mark is a whole string of JSON, whose quotation mark the model did not write
 */
record OpenMessage(Message message, boolean quoted) {

    /** Letters alone, which every template and JSON write as they are. */
    private static final String MARK = "stillstreamendswithinthistext";

    /** Empty where the last that was written is whole. */
    static Optional<OpenMessage> of(Message message) {
        int last = message.toolCalls().size() - 1;
        if (last >= 0) {
            ToolCall call = message.toolCalls().get(last);
            return OpenJson.of(call.arguments(), MARK).map(open -> {
                List<ToolCall> calls = new ArrayList<>(message.toolCalls());
                calls.set(last, new ToolCall(call.id(), call.name(), open.json()));
                return new OpenMessage(with(message, message.content(), calls, message.reasoning()), open.quoted());
            });
        }
        String said = message.said();
        if (!said.isEmpty()) {
            return Optional.of(new OpenMessage(
                    with(message, Content.of(said + MARK), message.toolCalls(), message.reasoning()), false));
        }
        return Optional.ofNullable(message.reasoning())
                .map(thought ->
                        new OpenMessage(with(message, message.content(), message.toolCalls(), thought + MARK), false));
    }

    private static Message with(Message message, Content content, List<ToolCall> calls, @Nullable String reasoning) {
        return new Message(message.role(), message.name(), content, calls, message.toolCallId(), null, reasoning);
    }

    /** What stands before the mark; empty where the template does not write it. */
    Optional<String> upToMark(String rendered) {
        int at = rendered.lastIndexOf(MARK);
        if (at < 0) {
            return Optional.empty();
        }
        String written = rendered.substring(0, at);
        if (quoted) {
            // Neither the quotation mark nor the space before it is known to be the model's.
            return Optional.of(Whitespace.stripEnd(written.endsWith("\"") ? written.substring(0, at - 1) : written));
        }
        // Arguments may break off between the two escapes of one character.
        boolean half = at > 0 && Character.isHighSurrogate(rendered.charAt(at - 1));
        return Optional.of(half ? written.substring(0, at - 1) : written);
    }
}

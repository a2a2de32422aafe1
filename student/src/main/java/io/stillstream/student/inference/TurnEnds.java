package io.stillstream.student.inference;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.ToolCall;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.template.ChatTemplate;
import io.stillstream.huggingface.template.RenderedTurn;
import io.stillstream.huggingface.template.TurnRendering;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which of a student's tokens end a text or a turn. A turn ends with the token that the template ends it with, if that is one of
 * the student's special tokens, and otherwise with the student's token that ends a text. Safe for use by several threads.
 */
public final class TurnEnds {

    private static final Message QUESTION = Message.of("user", "a");

    private static final ToolCall CALL = new ToolCall("call00000", "f", "{\"x\": \"b\"}");

    private static final String TOOL = """
            {"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object", \
            "properties": {"x": {"type": "string", "description": "x"}}}}}""";

    private final TextTokenizer tokenizer;
    private final DecoderConfig student;

    /** @param tokenizer the student's */
    public TurnEnds(TextTokenizer tokenizer, DecoderConfig student) {
        this.tokenizer = tokenizer;
        this.student = student;
    }

    /**
     * The tokens that end a text, that of plain texts first, and those that end the template's turns.
     *
     * @param template with the student's special tokens; null where there is none
     */
    public List<Integer> all(@Nullable ChatTemplate template) {
        Set<Integer> ends = new LinkedHashSet<>(student.eosTokenIds());
        if (template != null) {
            Chat chat = Chat.of(QUESTION);
            Message call = new Message(Message.ASSISTANT, null, QUESTION.content(), List.of(CALL), null, null, null);
            addEnd(ends, turn(template, chat, Message.assistant("b")));
            addEnd(ends, turn(template, new Chat(chat.messages(), List.of(TOOL), List.of()), call));
        }
        return List.copyOf(ends);
    }

    /**
     * The token that ends a turn.
     *
     * @param text what the template writes behind the turn
     * @return empty where neither that nor the student has one
     */
    public OptionalInt ofTurn(String text) {
        int[] ids = tokenizer.encodeRendered(text);
        boolean own = ids.length > 0
                && (tokenizer.isSpecial(ids[0]) || student.eosTokenIds().contains(ids[0]));
        return own ? OptionalInt.of(ids[0]) : ofText();
    }

    /** The token that ends a plain text; empty where the student has none. */
    public OptionalInt ofText() {
        return student.eosTokenIds().isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(student.eosTokenIds().get(0));
    }

    private static TurnRendering turn(ChatTemplate template, Chat chat, Message response) {
        return template.renderTurn(chat, response, FinishReason.STOP, Instant.EPOCH);
    }

    private void addEnd(Set<Integer> ends, TurnRendering rendering) {
        if (rendering instanceof RenderedTurn turn) {
            ofTurn(turn.end()).ifPresent(ends::add);
        }
    }
}

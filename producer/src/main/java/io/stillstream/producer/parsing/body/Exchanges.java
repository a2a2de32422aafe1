package io.stillstream.producer.parsing.body;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.PromptInput;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.producer.parsing.field.InvalidFieldException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides which of a conversation's turns are answers to learn. An answer beside the conversation is the one; each of several
 * choices is one. Without, the assistant's last turn is the answer, since a log repeats the earlier ones with every call. A
 * conversation that is given once, as in ShareGPT files or with a {@code weight} at its turns, has an answer in each turn of the
 * assistant, except those of weight 0, and a last turn of somebody else's is a prompt without an answer. Where the assistant's
 * last turn is only the beginning of the answer, it belongs to what was asked.
 */
final class Exchanges {

    private Exchanges() {}

    static List<Exchange> of(
            @Nullable String text,
            List<Turn> turns,
            List<Answer> answers,
            List<String> tools,
            List<String> documents,
            boolean everyTurn,
            boolean continued) {
        if (text != null) {
            if (!turns.isEmpty()) {
                throw new InvalidFieldException("the line has both messages and a plain prompt; expected one of them");
            }
            return answered(new PlainText(text), answers);
        }
        List<Message> messages = turns.stream().map(Turn::message).toList();
        if (messages.stream().allMatch(Message::blank)) {
            throw empty();
        }
        check(turns);
        if (!answers.isEmpty() || continued) {
            return answered(new Chat(messages, tools, documents, continued), answers);
        }
        int last = turns.size() - 1;
        boolean marked = turns.stream().anyMatch(turn -> turn.assistant() && turn.weight() != Turn.Weight.UNMARKED);
        List<Exchange> exchanges = new ArrayList<>();
        for (int i = 0; i <= last; i++) {
            Turn turn = turns.get(i);
            boolean target = turn.assistant() && turn.weight() != Turn.Weight.CONTEXT;
            boolean answer = target && i > 0 && (i == last || everyTurn || marked);
            if (answer) {
                exchanges.add(exchange(
                        new Chat(messages.subList(0, i), tools, documents), new Answer(turn.message(), null, 0)));
            } else if (i == last && !turn.assistant()) {
                exchanges.add(new Exchange(new Chat(messages, tools, documents), null));
            }
        }
        if (exchanges.isEmpty()) {
            throw new InvalidFieldException(
                    marked
                            ? "every message of the assistant has weight 0; expected one to learn"
                            : "there is no message before the assistant's; expected one that it answers");
        }
        return exchanges;
    }

    private static List<Exchange> answered(PromptInput input, List<Answer> answers) {
        if (input.blank()) {
            throw empty();
        }
        return answers.isEmpty()
                ? List.of(new Exchange(input, null))
                : answers.stream().map(answer -> exchange(input, answer)).toList();
    }

    private static Exchange exchange(PromptInput input, Answer answer) {
        if (answer.message().blank()) {
            throw new InvalidFieldException(
                    RejectionCode.EMPTY_RESPONSE,
                    "the response" + (answer.index() == 0 ? "" : " of index " + answer.index())
                            + " is empty: it has no text, no tool call and no refusal");
        }
        return new Exchange(input, answer);
    }

    /** A message that says nothing at all is one whose meaning was lost on the way. */
    private static void check(List<Turn> turns) {
        for (int i = 0; i < turns.size(); i++) {
            Message message = turns.get(i).message();
            boolean nothing = message.content() instanceof Content.Absent
                    && message.toolCalls().isEmpty()
                    && message.refusal() == null
                    && message.reasoning() == null;
            if (nothing) {
                throw new InvalidFieldException("message " + i + ", of the role " + shortened(message.role())
                        + ", has no content (missing or null); expected a string"
                        + (turns.get(i).assistant() ? ", tool calls or a refusal" : " or an array of parts"));
            }
        }
    }

    private static String shortened(String role) {
        return role.length() > 20 ? role.substring(0, 20) + "…" : role;
    }

    private static InvalidFieldException empty() {
        return new InvalidFieldException(
                RejectionCode.EMPTY_PROMPT, "the prompt is empty: there is no text to continue");
    }
}

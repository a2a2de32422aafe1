package io.stillstream.producer.parsing.body;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.InvalidFieldException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The {@code choices} of a chat completion or a legacy completion, and the {@code outputs} of vLLM, in the order of their indexes. */
final class Choices {

    private static final Set<String> HARMLESS = Set.of(
            "logprobs",
            "token_ids",
            "cumulative_logprob",
            "prompt_token_ids",
            "prompt_logprobs",
            "content_filter_results",
            "content_filter_offsets",
            "native_finish_reason",
            "matched_stop",
            "routed_experts",
            "lora_request",
            "provider_specific_fields");

    private Choices() {}

    static void read(Field choices, Call call) {
        Field array = choices.unpacked();
        if (!array.isArray()) {
            throw choices.invalid("an array of choices");
        }
        if (array.empty()) {
            throw Answers.emptyResponse(choices);
        }
        List<Answer> answers = new ArrayList<>();
        Set<Integer> indexes = new HashSet<>();
        for (Field choice : array.items()) {
            Answer answer = choice(choice, answers.size());
            if (!indexes.add(answer.index())) {
                throw new InvalidFieldException(choice.path() + " has the index " + answer.index()
                        + ", as another choice has; expected one choice of each index");
            }
            answers.add(answer);
        }
        answers.sort(Comparator.comparingInt(Answer::index));
        answers.forEach(call::answer);
    }

    private static Answer choice(Field choice, int position) {
        if (!choice.isObject()) {
            throw choice.invalid("an object with a message or a text");
        }
        choice.ignore(HARMLESS);
        Failures.check(choice);
        Message message = message(choice);
        FinishReason reason = reason(choice);
        if (reason == FinishReason.TOOL_CALLS && message.toolCalls().isEmpty()) {
            throw new InvalidFieldException(
                    choice.path() + " ends with tool calls, and has none; expected them in its message");
        }
        return new Answer(message, reason, choice.get("index").index(position));
    }

    private static Message message(Field choice) {
        Field message = choice.get("message").unpacked();
        if (message.isObject()) {
            return Messages.answer(message);
        }
        if (choice.get("text").isText()) {
            return Message.assistant(choice.get("text").text());
        }
        if (choice.get("message").isText()) {
            return Message.assistant(choice.get("message").text());
        }
        throw choice.get("message").invalid("an object, or a text beside it");
    }

    /** vLLM and Anthropic name the stop string that cut the text; the model did not end it then. */
    private static @Nullable FinishReason reason(Field choice) {
        FinishReason reason = FinishReasons.read(choice.first("finish_reason", "finishReason"));
        Field stop = choice.get("stop_reason");
        if (stop.isNumber()) {
            stop.ignore();
        } else if (!stop.empty()) {
            boolean stopString = reason != null && !stop.is(reason.label());
            stop.ignore();
            return stopString && reason == FinishReason.STOP ? FinishReason.LENGTH : reason;
        }
        return reason;
    }
}

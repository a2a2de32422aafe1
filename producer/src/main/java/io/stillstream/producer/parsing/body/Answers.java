package io.stillstream.producer.parsing.body;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.InvalidFieldException;
import io.stillstream.producer.parsing.field.StrictJson;
import java.util.Set;

/**
 * The body of an answer, chosen by what it holds: a completion with {@code choices}, a response with {@code output}, a message,
 * a stream's events, or the answer's text. A text that is the JSON of such a body, or a stream as it came over the wire, is
 * read as that; any other JSON in a text is what the model wrote.
 */
public final class Answers {

    private static final Set<String> HARMLESS = Set.of(
            "object",
            "usage",
            "system_fingerprint",
            "service_tier",
            "prompt_filter_results",
            "prompt_logprobs",
            "prompt_token_ids",
            "kv_transfer_params",
            "type",
            "stop_sequence",
            "container",
            "stop_details",
            "provider",
            "citations",
            "request_id",
            "background",
            "billing",
            "completed_at",
            "max_tool_calls",
            "parallel_tool_calls",
            "previous_response_id",
            "prompt_cache_key",
            "prompt_cache_retention",
            "reasoning",
            "safety_identifier",
            "store",
            "temperature",
            "text",
            "tool_choice",
            "tools",
            "top_logprobs",
            "top_p",
            "truncation",
            "user",
            "instructions",
            "max_output_tokens",
            "presence_penalty",
            "frequency_penalty",
            "output_text",
            "done",
            "total_duration",
            "load_duration",
            "prompt_eval_count",
            "prompt_eval_duration",
            "eval_count",
            "eval_duration",
            "context",
            "hidden_params",
            "_hidden_params",
            "_response_headers",
            "headers",
            "cached",
            "conversation",
            "metadata",
            "request_url",
            "obfuscation");

    private Answers() {}

    /** Reads the answers there are; none where the field is missing or null. */
    public static void read(Field response, Call call) {
        if (!response.present()) {
            return;
        }
        if (response.isText()) {
            text(response, call);
        } else if (response.isArray()) {
            array(response, call);
        } else if (response.isObject()) {
            object(response, call);
        } else {
            throw response.invalid("a string, an object or an array");
        }
    }

    private static void text(Field response, Call call) {
        Field events = EventStream.unpacked(response);
        if (events.isArray()) {
            array(events, call);
            return;
        }
        Field body = response.unpacked();
        if ((body.isObject() && isBody(body)) || (body.isArray() && isBodies(body))) {
            read(body, call);
            return;
        }
        String text = response.text();
        if (text.isBlank()) {
            throw emptyResponse(response);
        }
        call.answer(new Answer(Message.assistant(text), null, 0));
    }

    /** Whether an object is what an API answers, and not JSON that a model was asked to write. */
    private static boolean isBody(Field object) {
        boolean message = object.get("role").peek().equals(Message.ASSISTANT)
                && (object.has("content") || object.has("tool_calls") || object.has("function_call"));
        return object.get("choices").isArray()
                || message
                || object.get("object").peek().equals("response")
                || (object.get("output").isArray() && ResponseItems.holds(object.get("output")))
                || (object.get("message").isObject() && object.get("message").has("role"))
                || (object.get("error").isObject() && object.get("error").has("message"));
    }

    private static boolean isBodies(Field array) {
        return !array.empty()
                && (array.items().stream().allMatch(item -> item.isObject() && isBody(item))
                        || ChatChunks.hold(array)
                        || AnthropicEvents.hold(array)
                        || ResponseItems.holds(array));
    }

    private static void array(Field array, Call call) {
        if (array.empty()) {
            throw emptyResponse(array);
        }
        if (AnthropicEvents.hold(array)) {
            object(AnthropicEvents.join(array, call), call);
        } else if (ResponseEvents.hold(array)) {
            object(ResponseEvents.join(array), call);
        } else if (ChatChunks.hold(array)) {
            object(ChatChunks.join(array, call), call);
        } else if (ResponseItems.holds(array)) {
            call.answer(new Answer(ResponseItems.output(array), null, 0));
        } else if (array.items().size() == 1) {
            read(array.items().get(0), call);
        } else if (array.items().stream().allMatch(item -> item.get("type").isText() && !item.has("role"))) {
            call.answer(new Answer(Messages.answer(asContent(array)), null, 0));
        } else {
            throw array.invalid("one message of the assistant, or the chunks of a stream");
        }
    }

    private static Field asContent(Field parts) {
        var message = StrictJson.object();
        message.set("content", parts.whole());
        return parts.replacedBy(message);
    }

    private static void object(Field body, Call call) {
        Failures.check(body);
        identity(body, call);
        if (body.has("body")) {
            read(body.get("body").unpacked(), call);
        } else if (body.has("choices")) {
            Choices.read(body.get("choices"), call);
        } else if (body.has("output") || body.get("object").peek().equals("response")) {
            response(body, call);
        } else if (body.has("outputs")) {
            Choices.read(body.get("outputs"), call);
        } else if (body.get("message").unpacked().isObject()) {
            read(body.get("message").unpacked(), call);
            call.finishReason(body.first("done_reason", "finish_reason", "stop_reason"));
        } else if (body.has("generated_text")) {
            call.answer(new Answer(Message.assistant(body.get("generated_text").text()), null, 0));
        } else if (isMessage(body)) {
            // Anthropic's models go on from what the assistant says last.
            if (body.has("stop_reason")) {
                call.continueLastTurn();
            }
            call.answer(new Answer(
                    Messages.answer(body), FinishReasons.read(body.first("stop_reason", "finish_reason")), 0));
        } else if (body.get("completion").isText()) {
            call.answer(new Answer(
                    Message.assistant(body.get("completion").text()), FinishReasons.read(body.get("stop_reason")), 0));
        } else {
            throw body.invalid("choices, an output, a message or a text in it");
        }
        body.ignore(HARMLESS);
    }

    private static boolean isMessage(Field body) {
        return body.has("content") || body.has("tool_calls") || body.has("function_call") || body.has("refusal");
    }

    private static void identity(Field body, Call call) {
        call.answerId(body.get("id"));
        call.model(body.get("model"));
        call.createdAt(body.first("created", "created_at"));
    }

    private static void response(Field body, Call call) {
        Field output = body.get("output").unpacked();
        Field reason = body.get("incomplete_details").get("reason");
        FinishReason finish = FinishReasons.read(reason);
        boolean incomplete = body.get("status").peek().equals("incomplete");
        if (output.isArray()) {
            call.answer(new Answer(
                    ResponseItems.output(output), finish == null && incomplete ? FinishReason.LENGTH : finish, 0));
        } else {
            read(output, call);
            call.finishReason(reason);
        }
    }

    static InvalidFieldException emptyResponse(Field response) {
        return new InvalidFieldException(
                RejectionCode.EMPTY_RESPONSE,
                response.path() + " is " + (response.isText() ? "blank" : response.kind())
                        + "; expected what the model answered, or null where the teacher is to answer");
    }

    /** The answers of an object that is the request as well. */
    public static void fields(Field object, Call call) {
        if (object.has("choices")) {
            Choices.read(object.get("choices"), call);
        } else {
            response(object, call);
        }
    }

    /** Outputs that are choices by another name. */
    public static void outputs(Field outputs, Call call) {
        Choices.read(outputs, call);
    }
}

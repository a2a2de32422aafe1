package io.stillstream.producer.parsing.body;

import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.Message;
import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.InvalidFieldException;
import java.util.List;
import java.util.Set;

/**
 * The body of a request: to a chat API (OpenAI's, Anthropic's and those of servers that follow them), to the Responses API, or
 * to a legacy completions API.
 */
public final class Requests {

    /** How to generate: kept as they are. */
    private static final Set<String> SAMPLING = Set.of(
            "temperature",
            "top_p",
            "top_k",
            "min_p",
            "typical_p",
            "n",
            "best_of",
            "seed",
            "stop",
            "stop_sequences",
            "stop_token_ids",
            "max_tokens",
            "max_completion_tokens",
            "max_output_tokens",
            "max_new_tokens",
            "max_tokens_to_sample",
            "min_tokens",
            "presence_penalty",
            "frequency_penalty",
            "repetition_penalty",
            "length_penalty",
            "logit_bias",
            "logprobs",
            "top_logprobs",
            "response_format",
            "tool_choice",
            "parallel_tool_calls",
            "max_tool_calls",
            "function_call",
            "reasoning",
            "reasoning_effort",
            "verbosity",
            "thinking",
            "modalities",
            "audio",
            "prediction",
            "web_search_options",
            "text",
            "truncation",
            "echo",
            "ignore_eos",
            "use_beam_search",
            "early_stopping",
            "bad_words",
            "allowed_token_ids",
            "include_stop_str_in_output",
            "skip_special_tokens",
            "spaces_between_special_tokens",
            "guided_json",
            "guided_regex",
            "guided_choice",
            "guided_grammar",
            "guided_decoding_backend",
            "structured_outputs",
            "chat_template",
            "chat_template_kwargs",
            "add_generation_prompt",
            "continue_final_message",
            "add_special_tokens",
            "enable_thinking",
            "format",
            "options",
            "output_config",
            "context_management");

    /** About the transport, the account or the price of the call. */
    private static final Set<String> HARMLESS = Set.of(
            "stream",
            "stream_options",
            "store",
            "service_tier",
            "background",
            "include",
            "safety_identifier",
            "prompt_cache_key",
            "prompt_cache_retention",
            "prompt_cache_options",
            "inference_geo",
            "betas",
            "anthropic_version",
            "anthropic_beta",
            "return_token_ids",
            "return_tokens_as_token_ids",
            "timeout",
            "extra_headers",
            "keep_alive",
            "priority",
            "provider",
            "transforms",
            "usage",
            "cache_control",
            "logging_obj",
            "api_version",
            "raw");

    private Requests() {}

    /** Whether the object says what was asked, in one of the ways that these APIs have. */
    public static boolean holds(Field object) {
        return object.has("messages") || object.has("prompt") || object.has("input");
    }

    /** A body, an array of messages, or a plain text; each of them may be JSON text. */
    public static void read(Field request, Call call) {
        Field body = request.unpacked();
        if (body.isArray()) {
            conversation(body, call);
        } else if (body.isText()) {
            call.text(body.text());
        } else if (body.isObject()) {
            input(body, call);
            parameters(body, call);
        } else {
            throw request.invalid("an object, an array of messages or a string");
        }
    }

    /** What was asked; the object may hold more, as the answer and the log's own fields. */
    private static void input(Field body, Call call) {
        if (body.has("messages")) {
            conversation(body.get("messages"), call);
            prompt(body, call);
        } else if (body.has("prompt")) {
            completion(body, call);
        } else if (body.has("input")) {
            responses(body, call);
        } else {
            throw new InvalidFieldException(
                    body.path() + " has neither messages nor a prompt nor an input; expected one of them");
        }
        if (!body.get("system").empty()) {
            call.system(Blocks.textOf(body.get("system").unpacked()));
        }
    }

    /** Some data sets repeat a message of the conversation as its prompt. */
    private static void prompt(Field body, Call call) {
        Field prompt = body.get("prompt");
        if (prompt.empty()) {
            return;
        }
        if (!prompt.isText() || !call.says(prompt.peek())) {
            throw new InvalidFieldException(
                    body.path() + " has both messages and a plain prompt; expected one of them");
        }
        prompt.ignore();
    }

    /** Messages, or the items of the Responses API. */
    static void conversation(Field messages, Call call) {
        Field array = messages.unpacked();
        if (array.isArray() && ResponseItems.holds(array)) {
            call.messages(ResponseItems.conversation(array));
        } else {
            call.turns(Messages.read(messages));
            // What Mistral and DeepSeek name the beginning of an answer.
            if (!array.empty()
                    && array.items().get(array.items().size() - 1).get("prefix").isTrue()) {
                call.continueLastTurn();
            }
        }
    }

    private static void completion(Field body, Call call) {
        Field prompt = body.get("prompt").unpacked();
        Field suffix = body.get("suffix");
        if (!suffix.empty()) {
            throw suffix.invalid("none: a text before a given end cannot be learned as one that goes on");
        }
        if (prompt.isText()) {
            call.text(prompt.text());
        } else if (prompt.isArray()
                && prompt.items().size() == 1
                && prompt.items().get(0).isText()) {
            call.text(prompt.items().get(0).text());
        } else if (prompt.isArray() && prompt.items().stream().allMatch(Field::isObject)) {
            conversation(prompt, call);
        } else if (body.get("prompt").isText()) {
            call.text(body.get("prompt").text());
        } else {
            throw prompt.invalid("a string, or an array of messages");
        }
    }

    private static void responses(Field body, Call call) {
        for (String name : List.of("previous_response_id", "conversation")) {
            if (!body.get(name).empty()) {
                throw ResponseItems.stored(body.get(name));
            }
        }
        Field input = body.get("input").unpacked();
        if (body.get("input").isText() && !input.isArray()) {
            call.messages(List.of(Message.of("user", body.get("input").text())));
        } else if (input.isArray()) {
            conversation(input, call);
        } else {
            throw input.invalid("a string or an array of items");
        }
        if (!body.get("instructions").empty()) {
            call.system(Content.of(body.get("instructions").text()));
        }
    }

    /** Functions that the model may call. */
    public static void tools(Field tools, Call call) {
        Tools.read(tools, call);
    }

    /** What the system says before the conversation. */
    public static void system(Field system, Call call) {
        call.system(Blocks.textOf(system.unpacked()));
    }

    /** Everything beside what was asked: tools, documents, the model, and how to generate. */
    public static void parameters(Field body, Call call) {
        Tools.read(body.get("tools"), call);
        Tools.read(body.get("functions"), call);
        body.get("documents").unpacked().items().forEach(call::document);
        call.model(body.get("model"));
        call.metadata(body.get("metadata"));
        if (!body.get("user").empty()) {
            call.metadata(body.get("user"));
        }
        sampling(body, call);
    }

    /** The parameters that say how to generate. */
    public static void sampling(Field body, Call call) {
        if (body.get("continue_final_message").isTrue()) {
            call.continueLastTurn();
        }
        for (String name : body.names()) {
            if (SAMPLING.contains(name)) {
                call.sampling(name, body.get(name));
            }
        }
        body.ignore(HARMLESS);
    }
}

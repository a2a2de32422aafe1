package io.stillstream.producer.parsing.shape;

import io.stillstream.producer.parsing.body.Answers;
import io.stillstream.producer.parsing.body.Call;
import io.stillstream.producer.parsing.body.Requests;
import io.stillstream.producer.parsing.field.Field;
import java.util.Set;

/** LiteLLM's standard logging payload, alone or in {@code standard_logging_object}. */
final class LiteLlm implements Shape {

    private static final Set<String> HARMLESS = Set.of(
            "response_cost",
            "cost_breakdown",
            "response_cost_failure_debug_info",
            "status_fields",
            "response_time",
            "model_map_information",
            "model_id",
            "model_group",
            "api_base",
            "cache_key",
            "saved_cache_cost",
            "request_tags",
            "requester_ip_address",
            "requester_metadata",
            "hidden_params",
            "guardrail_information",
            "standard_built_in_tools_params",
            "custom_llm_provider",
            "call_type",
            "error_information",
            "litellm_call_id",
            "user_agent");

    @Override
    public boolean matches(Field line) {
        return line.get("standard_logging_object").isObject()
                || (line.get("call_type").isText() && line.has("messages"))
                || (line.has("model_parameters") && line.has("messages"));
    }

    @Override
    public void read(Field line, Call call) {
        Field payload = line.get("standard_logging_object").isObject() ? line.get("standard_logging_object") : line;
        if (payload != line) {
            Envelope.read(payload, call);
        }
        Requests.read(payload.get("messages"), call);
        Field parameters = payload.get("model_parameters").unpacked();
        Requests.parameters(parameters, call);
        Requests.parameters(payload, call);
        if (payload.get("custom_llm_provider").is("anthropic")) {
            call.continueLastTurn();
        }
        Answers.read(payload.get("response"), call);
        payload.ignore(HARMLESS);
    }
}

package io.stillstream.serving.api.request;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.serving.api.ApiError;
import io.stillstream.serving.api.ApiException;
import java.util.List;
import java.util.function.Predicate;

/** The parameters of OpenAI's API that this server has nothing behind: refused, unless they ask for nothing. */
final class UnsupportedFields {

    private static final Predicate<JsonNode> NEVER = value -> false;
    private static final Predicate<JsonNode> EMPTY = value -> value.isContainerNode() && value.isEmpty();
    private static final Predicate<JsonNode> ZERO = value -> value.isNumber() && value.doubleValue() == 0;
    private static final Predicate<JsonNode> FALSE = value -> value.isBoolean() && !value.booleanValue();
    private static final Predicate<JsonNode> NONE = value -> "none".equals(value.textValue());

    private static final List<Field> BOTH = List.of(
            new Field("logit_bias", EMPTY, "{}"),
            new Field("presence_penalty", ZERO, "0"),
            new Field("frequency_penalty", ZERO, "0"));

    private static final List<Field> CHAT = List.of(
            new Field("tools", EMPTY, "[]"),
            new Field("tool_choice", NONE, "\"none\""),
            new Field("parallel_tool_calls", NEVER, ""),
            new Field("functions", EMPTY, "[]"),
            new Field("function_call", NONE, "\"none\""),
            new Field("response_format", UnsupportedFields::isTextFormat, "{\"type\": \"text\"}"),
            new Field("modalities", UnsupportedFields::isText, "[\"text\"]"),
            new Field("audio", NEVER, ""),
            new Field("prediction", NEVER, ""),
            new Field("reasoning_effort", NEVER, ""),
            new Field("verbosity", NEVER, ""),
            new Field("web_search_options", NEVER, ""),
            new Field("store", FALSE, "false"),
            new Field("service_tier", UnsupportedFields::isUsualTier, "\"auto\" or \"default\""));

    private static final List<Field> COMPLETION = List.of(
            new Field("echo", FALSE, "false"),
            new Field("suffix", NEVER, ""),
            new Field("best_of", value -> value.isInt() && value.intValue() == 1, "1"));

    /**
     * @param asksForNothing tells values with which an answer is what it is without the parameter
     * @param accepted such values, for people
     */
    private record Field(String name, Predicate<JsonNode> asksForNothing, String accepted) {}

    private UnsupportedFields() {}

    static void refuseInChat(JsonFields fields) {
        refuse(fields, BOTH);
        refuse(fields, CHAT);
    }

    static void refuseInCompletion(JsonFields fields) {
        refuse(fields, BOTH);
        refuse(fields, COMPLETION);
    }

    private static void refuse(JsonFields fields, List<Field> unsupported) {
        for (Field field : unsupported) {
            JsonNode value = fields.value(field.name());
            if (value != null && !field.asksForNothing().test(value)) {
                throw new ApiException(ApiError.unsupported(fields.param(field.name()), field.accepted()));
            }
        }
    }

    private static boolean isTextFormat(JsonNode value) {
        return value.size() == 1 && "text".equals(value.path("type").textValue());
    }

    private static boolean isText(JsonNode value) {
        return value.isArray()
                && value.size() == 1
                && "text".equals(value.get(0).textValue());
    }

    private static boolean isUsualTier(JsonNode value) {
        return "auto".equals(value.textValue()) || "default".equals(value.textValue());
    }
}

package io.stillstream.serving.api.request;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.serving.api.ApiError;
import io.stillstream.serving.api.ApiException;
import java.util.List;
import java.util.function.Predicate;

/** The parameters of OpenAI's API that this server has nothing behind: refused, unless they ask for nothing. */
final class UnsupportedFields {

    private static final List<Field> BOTH = List.of(
            new Field("logit_bias", UnsupportedFields::isEmpty, "{}"),
            new Field("presence_penalty", UnsupportedFields::isZero, "0"),
            new Field("frequency_penalty", UnsupportedFields::isZero, "0"));

    private static final List<Field> CHAT = List.of(
            new Field("tools", UnsupportedFields::isEmpty, "[]"),
            new Field("tool_choice", UnsupportedFields::isNone, "\"none\""),
            new Field("parallel_tool_calls", UnsupportedFields::never, ""),
            new Field("functions", UnsupportedFields::isEmpty, "[]"),
            new Field("function_call", UnsupportedFields::isNone, "\"none\""),
            new Field("response_format", UnsupportedFields::isTextFormat, "{\"type\": \"text\"}"),
            new Field("modalities", UnsupportedFields::isText, "[\"text\"]"),
            new Field("audio", UnsupportedFields::never, ""),
            new Field("prediction", UnsupportedFields::never, ""),
            new Field("reasoning_effort", UnsupportedFields::never, ""),
            new Field("verbosity", UnsupportedFields::never, ""),
            new Field("web_search_options", UnsupportedFields::never, ""),
            new Field("store", UnsupportedFields::isFalse, "false"),
            new Field("service_tier", UnsupportedFields::isUsualTier, "\"auto\" or \"default\""));

    private static final List<Field> COMPLETION = List.of(
            new Field("echo", UnsupportedFields::isFalse, "false"),
            new Field("suffix", UnsupportedFields::never, ""),
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

    private static boolean never(JsonNode value) {
        return false;
    }

    private static boolean isEmpty(JsonNode value) {
        return value.isContainerNode() && value.isEmpty();
    }

    private static boolean isZero(JsonNode value) {
        return value.isNumber() && value.doubleValue() == 0;
    }

    private static boolean isFalse(JsonNode value) {
        return value.isBoolean() && !value.booleanValue();
    }

    private static boolean isNone(JsonNode value) {
        return "none".equals(value.textValue());
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

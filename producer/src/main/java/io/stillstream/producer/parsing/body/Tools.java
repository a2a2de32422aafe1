package io.stillstream.producer.parsing.body;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.StrictJson;
import java.util.Set;

/**
 * Definitions of functions, each written as the OpenAI API has them: as they come from there; with the function's fields beside
 * the type, as in the Responses API; with an {@code input_schema}, as Anthropic has them; or the bare function, as in the legacy
 * {@code functions}.
 */
final class Tools {

    private static final String FUNCTION = "function";
    private static final Set<String> HARMLESS = Set.of("cache_control", "defer_loading");

    private Tools() {}

    static void read(Field tools, Call call) {
        Field list = tools.unpacked();
        if (!list.present() || (list.isText() && list.empty())) {
            return;
        }
        if (!list.isArray()) {
            throw tools.invalid("an array of functions");
        }
        list.items().forEach(tool -> call.tool(definition(tool.unpacked())));
    }

    private static String definition(Field tool) {
        if (!tool.isObject()) {
            throw tool.invalid("an object that describes a function");
        }
        if (tool.get(FUNCTION).isObject()) {
            name(tool.get(FUNCTION));
            return openAi(tool);
        }
        Field type = tool.get("type");
        if (type.present() && !type.is(FUNCTION) && !(type.is("custom") && tool.has("input_schema"))) {
            throw tool.unsupported("a tool of type " + type.anyText() + " and not a function");
        }
        name(tool);
        tool.ignore(HARMLESS);
        ObjectNode function = StrictJson.object();
        for (String field : tool.names()) {
            if (!field.equals("type") && !HARMLESS.contains(field)) {
                JsonNode value = tool.get(field).whole();
                function.set(field.equals("input_schema") ? "parameters" : field, value);
            }
        }
        ObjectNode wrapped = StrictJson.object();
        wrapped.put("type", FUNCTION).set(FUNCTION, function);
        return wrapped.toString();
    }

    private static String openAi(Field tool) {
        if (tool.get("type").is(FUNCTION)) {
            return tool.json();
        }
        if (tool.has("type")) {
            throw tool.get("type").invalid("'function'");
        }
        ObjectNode typed = StrictJson.object();
        typed.put("type", FUNCTION);
        tool.names().forEach(field -> typed.set(field, tool.get(field).whole()));
        return typed.toString();
    }

    private static void name(Field function) {
        if (function.get("name").text().isBlank()) {
            throw function.get("name").invalid("the function's name");
        }
    }
}

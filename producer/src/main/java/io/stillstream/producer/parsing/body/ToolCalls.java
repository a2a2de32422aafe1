package io.stillstream.producer.parsing.body;

import io.stillstream.contract.prompt.ToolCall;
import io.stillstream.producer.parsing.field.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The calls in an assistant's message: {@code tool_calls}, or the legacy {@code function_call}. */
final class ToolCalls {

    private static final Set<String> HARMLESS = Set.of("index", "status");

    private ToolCalls() {}

    static List<ToolCall> read(Field message) {
        Field calls = message.get("tool_calls").unpacked();
        if (calls.empty()) {
            Field legacy = message.get("function_call").unpacked();
            return legacy.empty() ? List.of() : List.of(call(legacy));
        }
        if (!calls.isArray()) {
            throw calls.invalid("an array of calls");
        }
        List<ToolCall> read = new ArrayList<>();
        calls.items().forEach(call -> read.add(call(call)));
        return read;
    }

    /** With the function's fields in {@code function}, or beside the id. */
    static ToolCall call(Field call) {
        if (!call.isObject()) {
            throw call.invalid("an object that names a function and its arguments");
        }
        Field type = call.get("type");
        if (type.is("custom") || call.has("custom")) {
            throw call.unsupported("a call of a custom tool");
        }
        if (type.present() && !type.is("function") && !type.is("tool_call") && !type.is("function_call")) {
            throw type.invalid("'function'");
        }
        call.ignore(HARMLESS);
        Field function = call.has("function") ? call.get("function") : call;
        Field name = function.get("name");
        if (name.text().isBlank()) {
            throw name.invalid("the function's name");
        }
        Field arguments = function.first("arguments", "args", "parameters", "input");
        if (!arguments.isText() && !arguments.isObject()) {
            throw arguments.invalid("the text of a JSON object");
        }
        return new ToolCall(call.first("call_id", "id").optionalScalar(), name.text(), arguments.anyText());
    }
}

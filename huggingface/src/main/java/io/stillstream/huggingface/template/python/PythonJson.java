package io.stillstream.huggingface.template.python;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code json.dumps(value, ensure_ascii=False, indent=…)}: what transformers' {@code tojson} is. */
final class PythonJson {

    private final StringBuilder out = new StringBuilder();
    private final int indent;

    private PythonJson(int indent) {
        this.indent = indent;
    }

    static String of(@Nullable Object value, Object[] arguments, Map<String, Object> named) {
        Object given = named.get("indent");
        boolean supported = arguments.length == 0
                && named.keySet().stream().allMatch(name -> name.equals("indent") || name.equals("ensure_ascii"))
                && !Boolean.TRUE.equals(named.get("ensure_ascii"));
        if (!supported) {
            throw new TemplateException("of tojson's arguments only indent and ensure_ascii=false are supported");
        }
        PythonJson json = new PythonJson(given instanceof Number spaces ? spaces.intValue() : -1);
        json.write(value, 0);
        return json.out.toString();
    }

    private void write(@Nullable Object value, int depth) {
        if (value == null) {
            out.append("null");
        } else if (value instanceof Boolean || value instanceof Number) {
            out.append(value);
        } else if (value instanceof Map<?, ?> mapping) {
            writeAll(mapping.entrySet().iterator(), '{', '}', depth);
        } else if (value instanceof List<?> list) {
            writeAll(list.iterator(), '[', ']', depth);
        } else {
            writeText(value.toString());
        }
    }

    private void writeAll(Iterator<?> items, char open, char close, int depth) {
        out.append(open);
        boolean empty = !items.hasNext();
        while (items.hasNext()) {
            newLine(depth + 1);
            Object item = items.next();
            if (item instanceof Map.Entry<?, ?> entry) {
                writeText(String.valueOf(entry.getKey()));
                out.append(": ");
                write(entry.getValue(), depth + 1);
            } else {
                write(item, depth + 1);
            }
            if (items.hasNext()) {
                out.append(indent < 0 ? ", " : ",");
            }
        }
        if (!empty) {
            newLine(depth);
        }
        out.append(close);
    }

    private void newLine(int depth) {
        if (indent >= 0) {
            out.append('\n').append(" ".repeat(indent * depth));
        }
    }

    private void writeText(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> out.append(c < ' ' ? String.format("\\u%04x", (int) c) : c);
            }
        }
        out.append('"');
    }
}

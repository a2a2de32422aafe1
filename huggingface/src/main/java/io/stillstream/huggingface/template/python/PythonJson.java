package io.stillstream.huggingface.template.python;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code json.dumps}: what transformers' {@code tojson} is. */
public final class PythonJson {

    private static final int DEEPEST = 200;

    private final StringBuilder out = new StringBuilder();
    private final boolean ascii;
    private final @Nullable String indent;
    private final String itemSeparator;
    private final String keySeparator;
    private final boolean sorted;

    /**
     * @param indent of one level; null for one line
     * @param separators between items, and after a key; null for Python's usual ones
     */
    public PythonJson(boolean ascii, @Nullable String indent, @Nullable List<?> separators, boolean sorted) {
        this.ascii = ascii;
        this.indent = indent;
        this.sorted = sorted;
        this.itemSeparator = separators == null ? (indent == null ? ", " : ",") : PythonText.of(separators.get(0));
        this.keySeparator = separators == null ? ": " : PythonText.of(separators.get(1));
    }

    public String of(@Nullable Object value) {
        write(value, 0);
        return out.toString();
    }

    private void write(@Nullable Object value, int depth) {
        PythonText.requireLength(out.length());
        if (depth > DEEPEST) {
            throw new TemplateException("tojson is given a value that is nested deeper than " + DEEPEST);
        }
        if (value == null || value instanceof Boolean || value instanceof Number) {
            out.append(scalar(value));
        } else if (value instanceof Map<?, ?> mapping) {
            List<Map.Entry<?, ?>> entries = new ArrayList<>(mapping.entrySet());
            if (sorted) {
                entries.sort(Comparator.comparing(entry -> PythonText.of(entry.getKey())));
            }
            writeAll(entries.iterator(), '{', '}', depth);
        } else if (value instanceof List<?> list) {
            writeAll(list.iterator(), '[', ']', depth);
        } else if (value instanceof String text) {
            writeText(text);
        } else if (value instanceof Undefined undefined) {
            throw undefined.used();
        } else {
            throw new TemplateException("tojson is given a value that is no data");
        }
    }

    private static String scalar(@Nullable Object value) {
        if (value instanceof Double number) {
            return Double.isNaN(number)
                    ? "NaN"
                    : Double.isInfinite(number) ? (number > 0 ? "Infinity" : "-Infinity") : PythonText.number(number);
        }
        return String.valueOf(value);
    }

    private void writeAll(Iterator<?> items, char open, char close, int depth) {
        out.append(open);
        boolean empty = !items.hasNext();
        while (items.hasNext()) {
            newLine(depth + 1);
            Object item = items.next();
            if (item instanceof Map.Entry<?, ?> entry) {
                Object key = entry.getKey();
                writeText(key instanceof String text ? text : scalar(key));
                out.append(keySeparator);
                write(entry.getValue(), depth + 1);
            } else {
                write(item, depth + 1);
            }
            if (items.hasNext()) {
                out.append(itemSeparator);
            }
        }
        if (!empty) {
            newLine(depth);
        }
        out.append(close);
    }

    private void newLine(int depth) {
        if (indent != null) {
            PythonText.requireLength(out.length() + (long) indent.length() * depth);
            out.append('\n').append(indent.repeat(depth));
        }
    }

    private void writeText(String text) {
        PythonText.requireLength((long) out.length() + text.length());
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
                default -> {
                    if (c < ' ' || (ascii && c > '~')) {
                        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}

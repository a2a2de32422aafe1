package io.stillstream.huggingface.template.python;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How values appear in a template's output. */
public final class PythonText {

    /** In characters: far above any context window, and far below the heap. */
    public static final long MAXIMUM_LENGTH = 16L << 20;

    private PythonText() {}

    /** {@code str(value)}; an undefined value is an empty text. */
    public static String of(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        if (value instanceof Boolean truth) {
            return truth ? "True" : "False";
        }
        if (value instanceof Collection || value instanceof Map) {
            throw new TemplateException("the template prints a list or a mapping itself; only tojson is supported");
        }
        return value.toString();
    }
}

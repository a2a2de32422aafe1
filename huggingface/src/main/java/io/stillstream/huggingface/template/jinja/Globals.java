package io.stillstream.huggingface.template.jinja;

import io.stillstream.huggingface.template.python.PythonText;
import io.stillstream.huggingface.template.python.Strftime;
import io.stillstream.huggingface.template.python.TemplateException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions that transformers and Jinja2 give a template. */
final class Globals {

    private static final int LONGEST_RANGE = 1 << 20;

    private Globals() {}

    /** @param now what {@code strftime_now} gives, in UTC, so that a replay renders the same text */
    static Map<String, @Nullable Object> of(Instant now) {
        Map<String, @Nullable Object> globals = new HashMap<>();
        globals.put("raise_exception", (Callable) (arguments, budget) -> {
            throw new ConversationRefusedException(PythonText.of(arguments.get(0, "message", "")));
        });
        globals.put("strftime_now", (Callable) (arguments, budget) -> Strftime.format(
                ZonedDateTime.ofInstant(now, ZoneOffset.UTC), PythonText.of(arguments.get(0, "format", ""))));
        globals.put("namespace", (Callable) (arguments, budget) -> Namespace.of(arguments));
        globals.put("dict", (Callable) (arguments, budget) -> mapping(arguments));
        globals.put("range", (Callable) (arguments, budget) -> range(arguments));
        return globals;
    }

    private static Object mapping(Arguments arguments) {
        Map<@Nullable Object, @Nullable Object> mapping = new LinkedHashMap<>();
        arguments.positional().forEach(given -> {
            if (!(given instanceof Map<?, ?> entries)) {
                throw new TemplateException("dict() is given a value that is no mapping");
            }
            mapping.putAll(entries);
        });
        mapping.putAll(arguments.named());
        return mapping;
    }

    private static Object range(Arguments arguments) {
        long[] bounds = new long[arguments.positional().size()];
        for (int i = 0; i < bounds.length; i++) {
            if (!(arguments.positional().get(i) instanceof Long bound)) {
                throw new TemplateException("range() expects integers");
            }
            bounds[i] = bound;
        }
        if (bounds.length == 0 || bounds.length > 3 || (bounds.length == 3 && bounds[2] == 0)) {
            throw new TemplateException("range() expects an end, or a start, an end and a step that is not 0");
        }
        long start = bounds.length == 1 ? 0 : bounds[0];
        long end = bounds.length == 1 ? bounds[0] : bounds[1];
        long step = bounds.length == 3 ? bounds[2] : 1;
        List<Object> range = new ArrayList<>();
        for (long i = start; step > 0 ? i < end : i > end; i += step) {
            if (range.size() >= LONGEST_RANGE) {
                throw new TemplateException("range() has more than " + LONGEST_RANGE + " numbers");
            }
            range.add(i);
        }
        return range;
    }
}

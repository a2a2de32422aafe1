package io.stillstream.huggingface.template.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Variables that a template may set from inner scopes. */
record Namespace(Map<String, @Nullable Object> values) {

    static Namespace of(Arguments arguments) {
        Map<String, @Nullable Object> values = new HashMap<>(arguments.named());
        for (Object mapping : arguments.positional()) {
            if (mapping instanceof Map<?, ?> entries) {
                entries.forEach((key, value) -> values.put(String.valueOf(key), value));
            }
        }
        return new Namespace(values);
    }
}

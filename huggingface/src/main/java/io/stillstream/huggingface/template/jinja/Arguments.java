package io.stillstream.huggingface.template.jinja;

import io.stillstream.huggingface.template.python.TemplateException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The arguments of a call. */
record Arguments(List<@Nullable Object> positional, Map<String, @Nullable Object> named) {

    static final Arguments NONE = new Arguments(List.of(), Map.of());

    /** The argument of that name or place. */
    @Nullable
    Object get(int index, String name, @Nullable Object otherwise) {
        if (index < positional.size()) {
            return positional.get(index);
        }
        return named.containsKey(name) ? named.get(name) : otherwise;
    }

    boolean has(int index, String name) {
        return index < positional.size() || named.containsKey(name);
    }

    /** Without the first so many. */
    Arguments from(int index) {
        return new Arguments(positional.subList(Math.min(index, positional.size()), positional.size()), named);
    }

    /** @throws TemplateException when there are more, or any of another name */
    void require(String what, String... names) {
        if (positional.size() > names.length || !List.of(names).containsAll(named.keySet())) {
            throw new TemplateException(
                    what + " has arguments that are not supported; expected at most " + List.of(names));
        }
    }

    Object[] array(String what) {
        if (!named.isEmpty()) {
            throw new TemplateException(what + " has named arguments, which are not supported");
        }
        return positional.toArray();
    }
}

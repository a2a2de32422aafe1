package io.stillstream.huggingface.template.jinja;

import org.jspecify.annotations.Nullable;

/** A value that a template can call. */
@FunctionalInterface
interface Callable {

    @Nullable
    Object call(Arguments arguments, Budget budget);
}

package io.stillstream.huggingface.template.jinja;

import org.jspecify.annotations.Nullable;

/** A part of a template that has a value. */
@FunctionalInterface
interface Expression {

    @Nullable
    Object evaluate(Scope scope);
}

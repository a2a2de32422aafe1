package io.stillstream.huggingface.template.jinja;

/** A part of a template that prints or changes variables. */
@FunctionalInterface
interface Statement {

    /** How a loop goes on. */
    enum Flow {
        NEXT,
        CONTINUE,
        BREAK
    }

    Flow run(Scope scope, Output out);
}

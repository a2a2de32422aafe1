package io.stillstream.huggingface.template.jinja;

import java.util.List;

/** A piece of a template between two delimiters. */
sealed interface Segment {

    /** Printed as it is. */
    record Text(String text) implements Segment {}

    /** <code>{{ … }}</code>. */
    record Output(List<Token> tokens, String code) implements Segment {}

    /** <code>{% … %}</code>. */
    record Block(List<Token> tokens, String code) implements Segment {}
}

package io.stillstream.huggingface.template.python;

/**
 * A value that a template reads and that is not there. It prints as nothing, is false and has no items; any other use of it is
 * an error.
 *
 * @param name what was read
 */
public record Undefined(String name) {

    /** All are equal in Python. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Undefined;
    }

    @Override
    public int hashCode() {
        return 0;
    }

    public TemplateException used() {
        return new TemplateException("'" + name + "' is undefined");
    }
}

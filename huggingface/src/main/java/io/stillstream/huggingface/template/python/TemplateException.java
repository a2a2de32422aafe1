package io.stillstream.huggingface.template.python;

/** A template cannot be rendered: the message names the construct. It never leaves {@code ChatTemplate}. */
public final class TemplateException extends RuntimeException {

    public TemplateException(String message) {
        super(message);
    }

    public TemplateException(String message, Throwable cause) {
        super(message, cause);
    }
}

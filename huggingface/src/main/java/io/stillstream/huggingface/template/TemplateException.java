package io.stillstream.huggingface.template;

/** A template cannot be rendered, or refuses a conversation: the message says which. Never leaves the package. */
final class TemplateException extends RuntimeException {

    TemplateException(String message) {
        super(message);
    }

    TemplateException(String message, Throwable cause) {
        super(message, cause);
    }
}

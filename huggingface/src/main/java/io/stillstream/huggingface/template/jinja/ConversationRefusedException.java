package io.stillstream.huggingface.template.jinja;

/** The template itself refuses the conversation. It never leaves {@code ChatTemplate}. */
public final class ConversationRefusedException extends RuntimeException {

    ConversationRefusedException(String message) {
        super(message);
    }
}

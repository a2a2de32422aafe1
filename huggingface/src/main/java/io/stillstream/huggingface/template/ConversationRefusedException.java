package io.stillstream.huggingface.template;

/** The template itself refuses the conversation. Never leaves the package. */
final class ConversationRefusedException extends RuntimeException {

    ConversationRefusedException(String message) {
        super(message);
    }
}

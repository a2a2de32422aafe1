package io.stillstream.scorer.template;

/** The template itself refuses the conversation. Never leaves the package. */
final class ConversationRefusedException extends RuntimeException {

    ConversationRefusedException(String message) {
        super(message);
    }
}

package io.stillstream.contract.prompt;

/**
 * An answer.
 *
 * @param finishReason why it ends where it does
 * @param choice its index among the answers to one prompt
 */
public record Response(Message message, FinishReason finishReason, int choice, Author author) {

    /** A whole answer of text alone. */
    public static Response of(String text, Author author) {
        return of(text, FinishReason.STOP, author);
    }

    /** An answer of text alone. */
    public static Response of(String text, FinishReason finishReason, Author author) {
        return new Response(Message.assistant(text), finishReason, 0, author);
    }
}

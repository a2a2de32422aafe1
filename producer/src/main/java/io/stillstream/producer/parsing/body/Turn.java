package io.stillstream.producer.parsing.body;

import io.stillstream.contract.prompt.Message;

/**
 * A message of a conversation that is given as a whole.
 *
 * @param weight whether an assistant's message is to be learned, as fine-tuning files mark it
 */
record Turn(Message message, Weight weight) {

    enum Weight {
        /** Nothing is said about it. */
        UNMARKED,
        /** Weight 1. */
        LEARNED,
        /** Weight 0: it is context, never a target. */
        CONTEXT
    }

    static Turn of(Message message) {
        return new Turn(message, Weight.UNMARKED);
    }

    boolean assistant() {
        return message.role().equals(Message.ASSISTANT);
    }
}

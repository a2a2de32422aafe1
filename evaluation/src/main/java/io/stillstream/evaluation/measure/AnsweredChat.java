package io.stillstream.evaluation.measure;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import java.time.Instant;

/**
 * A chat and the answer that students are measured on, for each to be worded in its own chat template.
 *
 * @param now the time that a template may read
 */
public record AnsweredChat(Chat chat, Message answer, FinishReason finishReason, Instant now) {

    /** A whole answer of text alone. */
    public static AnsweredChat of(Chat chat, String answer, Instant now) {
        return new AnsweredChat(chat, Message.assistant(answer), FinishReason.STOP, now);
    }
}

package io.stillstream.producer.parsing.body;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import org.jspecify.annotations.Nullable;

/**
 * One answer of a call.
 *
 * @param finishReason why it ends; null where the log does not say
 * @param index which of several choices it is
 */
public record Answer(Message message, @Nullable FinishReason finishReason, int index) {

    /** Why it ends; without a word about it, it is whole. */
    FinishReason ends() {
        if (finishReason != null) {
            return finishReason;
        }
        return message.toolCalls().isEmpty() ? FinishReason.STOP : FinishReason.TOOL_CALLS;
    }
}

package io.stillstream.contract.prompt;

import io.stillstream.contract.rejection.ContractException;
import java.util.Arrays;
import java.util.Locale;

/** Why a response ends where it does, as the OpenAI API names it. */
public enum FinishReason {
    /** It is whole. */
    STOP,
    /** It is whole, and calls tools. */
    TOOL_CALLS,
    /** Generation reached its maximum length. */
    LENGTH,
    /** A filter cut it off. */
    CONTENT_FILTER;

    /** Whether the model ended the text itself: a student may learn to stop there. */
    public boolean endsText() {
        return this == STOP || this == TOOL_CALLS;
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws ContractException when no reason has this label */
    public static FinishReason parse(String label) {
        for (FinishReason reason : values()) {
            if (reason.label().equals(label)) {
                return reason;
            }
        }
        throw new ContractException("finish_reason is '" + label + "'; expected one of "
                + Arrays.stream(values()).map(FinishReason::label).toList());
    }
}

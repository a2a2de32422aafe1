package io.stillstream.producer.parsing.body;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.InvalidFieldException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The reasons for which APIs say that a text ends. Whatever the model did not end itself counts as {@link FinishReason#LENGTH},
 * so that nobody learns to stop there: the maximum length, a stop string of the caller's, a turn that is to be continued, a
 * connection that broke.
 */
public final class FinishReasons {

    /** What stands in for the reason of a stream that ended without one. */
    static final String ABORTED = "abort";

    private FinishReasons() {}

    /** @return null where the field holds none */
    public static @Nullable FinishReason read(Field field) {
        if (field.empty()) {
            return null;
        }
        String reason = field.text();
        return switch (reason.toLowerCase(Locale.ROOT)) {
            case "stop", "end_turn", "eos", "eos_token", "complete", "completed", "finish" -> FinishReason.STOP;
            case "tool_calls", "tool_use", "tool_call", "function_call" -> FinishReason.TOOL_CALLS;
            case "length",
                    "max_tokens",
                    "max_output_tokens",
                    "model_length",
                    "model_context_window_exceeded",
                    "stop_sequence",
                    "pause_turn",
                    "insufficient_system_resource",
                    ABORTED,
                    "cancelled" -> FinishReason.LENGTH;
            case "content_filter", "refusal", "safety", "recitation", "content_filtered", "guardrail_intervened" ->
                FinishReason.CONTENT_FILTER;
            case "error" ->
                throw new InvalidFieldException(
                        RejectionCode.FAILED_CALL, field.path() + " is 'error': the call failed, so it has no answer");
            default ->
                throw new InvalidFieldException(field.path() + " is " + field.kind()
                        + " that names no known reason; expected stop, length, tool_calls or content_filter");
        };
    }
}

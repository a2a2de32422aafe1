package io.stillstream.producer.capture;

import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rejection.Rejection;
import io.stillstream.monitoring.traffic.CaptureDrop;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a call turned out to be. Nothing in it is redacted yet. */
sealed interface ReadCall {

    /**
     * @param prompts one for each of the answers
     * @param conversation as the caller names it, or as it was derived
     * @param responseId what the provider names the answer; null where it does not
     */
    record Prompts(
            List<Prompt> prompts,
            String conversation,
            @Nullable String responseId) implements ReadCall {}

    /** @param bytes what cannot be read, for a dead letter */
    record Unreadable(
            @SuppressWarnings("ArrayRecordComponent") byte[] bytes, Rejection rejection) implements ReadCall {}

    record Dropped(CaptureDrop reason) implements ReadCall {}
}

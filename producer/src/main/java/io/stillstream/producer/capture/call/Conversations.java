package io.stillstream.producer.capture.call;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says which conversation a call belongs to, before it is sent on: the same as the prompt that is captured of it. */
@FunctionalInterface
public interface Conversations {

    /**
     * @param headers those that {@link CaptureHeaders#names} names, by their lower-case names
     * @param caller the caller's credential; null where there is none
     * @param body of the request, whole and without a content coding
     * @return empty where the body is not one that capture could read
     */
    Optional<CalledConversation> of(Map<String, String> headers, @Nullable String caller, byte[] body);
}

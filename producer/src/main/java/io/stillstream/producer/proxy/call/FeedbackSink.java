package io.stillstream.producer.proxy.call;

import io.stillstream.producer.capture.call.FeedbackAnswer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What takes callers' feedback; may block. */
@FunctionalInterface
public interface FeedbackSink {

    /**
     * @param headers those that capture reads, by their lower-case names
     * @param caller the credential of whoever says it; null where there is none
     */
    FeedbackAnswer take(byte[] json, Map<String, String> headers, @Nullable String caller);
}

package io.stillstream.producer.capture.call;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call as it passed through the proxy, to be captured.
 *
 * @param path as {@code /v1/chat/completions}, without the query
 * @param upstream the upstream's name in the configuration
 * @param headers the request's headers that capture reads, by their lower-case names, see {@link CaptureHeaders#names}
 * @param caller the caller's credential, a bearer token or an api-key, where there is one: keys a hash and is kept nowhere
 * @param status of the answer; 0 where none came
 * @param firstByte from the start to the answer's first byte; null where none came
 * @param duration from the start to the end
 * @param student the id of the student's snapshot that was asked; null where no student was
 */
public record CapturedCall(
        String path,
        String upstream,
        Map<String, String> headers,
        @Nullable String caller,
        CopiedBody request,
        CopiedBody response,
        int status,
        CallEnd end,
        Instant startedAt,
        @Nullable Duration firstByte,
        Duration duration,
        @Nullable String student) {

    public CapturedCall {
        headers = Map.copyOf(headers);
    }

    /** What it takes of the queue's memory. */
    public long bytes() {
        return (long) request.bytes().length + response.bytes().length;
    }

    /** Without the credential and the bodies. */
    @Override
    public String toString() {
        return "call " + path + " of " + upstream + ", status " + status + ", " + end;
    }
}

package io.stillstream.producer.capture;

import io.stillstream.producer.capture.call.CallEnd;
import io.stillstream.producer.capture.call.CapturedCall;
import io.stillstream.producer.capture.call.CopiedBody;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A finished call, changed a piece at a time. */
record TestingCalls(
        String path,
        Map<String, String> headers,
        @Nullable String caller,
        String request,
        @SuppressWarnings("ArrayRecordComponent") byte[] response,
        @Nullable String contentType,
        @Nullable String encoding,
        int status,
        CallEnd end) {

    static final Instant STARTED = Instant.parse("2026-11-28T10:00:00Z");

    static final String REQUEST = """
            {"model": "m", "messages": [{"role": "system", "content": "Be brief."},
             {"role": "user", "content": "Which is the capital of Norway?"}], "temperature": 0.5}""";

    static final String ANSWER = """
            {"id": "chatcmpl-0123456789abcdef", "object": "chat.completion", "created": 1, "model": "m-2026",
             "choices": [{"index": 0, "message": {"role": "assistant", "content": "Oslo."}, "finish_reason": "stop"}],
             "usage": {"prompt_tokens": 20, "completion_tokens": 3, "total_tokens": 23}}""";

    /** A whole chat completion. */
    static TestingCalls chat() {
        return new TestingCalls(
                "/v1/chat/completions",
                Map.of(),
                null,
                REQUEST,
                bytes(ANSWER),
                "application/json",
                null,
                200,
                CallEnd.COMPLETE);
    }

    TestingCalls header(String name, String value) {
        return new TestingCalls(
                path, Map.of(name, value), caller, request, response, contentType, encoding, status, end);
    }

    TestingCalls caller(String credential) {
        return new TestingCalls(path, headers, credential, request, response, contentType, encoding, status, end);
    }

    TestingCalls request(String json) {
        return new TestingCalls(path, headers, caller, json, response, contentType, encoding, status, end);
    }

    TestingCalls answer(String json) {
        return new TestingCalls(path, headers, caller, request, bytes(json), contentType, encoding, status, end);
    }

    TestingCalls answer(byte[] encoded, String coding) {
        return new TestingCalls(path, headers, caller, request, encoded, contentType, coding, status, end);
    }

    TestingCalls stream(String events) {
        return new TestingCalls(
                path,
                headers,
                caller,
                request,
                bytes(events),
                "text/event-stream; charset=utf-8",
                encoding,
                status,
                end);
    }

    TestingCalls ended(int code, CallEnd how) {
        return new TestingCalls(path, headers, caller, request, response, contentType, encoding, code, how);
    }

    CapturedCall call() {
        return new CapturedCall(
                path,
                "up",
                headers,
                caller,
                new CopiedBody(bytes(request), true, "application/json", null),
                new CopiedBody(response, true, contentType, encoding),
                status,
                end,
                STARTED,
                Duration.ofMillis(120),
                Duration.ofMillis(450),
                null);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

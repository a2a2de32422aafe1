package io.stillstream.monitoring.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An answer: a status, fields beside those that every answer has, and a body. */
public final class HttpAnswer {

    private static final Map<Integer, String> REASONS = Map.ofEntries(
            Map.entry(200, "OK"),
            Map.entry(202, "Accepted"),
            Map.entry(400, "Bad Request"),
            Map.entry(401, "Unauthorized"),
            Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"),
            Map.entry(408, "Request Timeout"),
            Map.entry(409, "Conflict"),
            Map.entry(411, "Length Required"),
            Map.entry(413, "Content Too Large"),
            Map.entry(431, "Request Header Fields Too Large"),
            Map.entry(500, "Internal Server Error"),
            Map.entry(503, "Service Unavailable"));

    private final int status;
    private final Map<String, String> fields;
    private final byte[] body;
    private final @Nullable EventStream events;

    private HttpAnswer(int status, Map<String, String> fields, byte[] body, @Nullable EventStream events) {
        this.status = status;
        this.fields = fields;
        this.body = body;
        this.events = events;
    }

    /** @param body not copied */
    public static HttpAnswer of(int status, String contentType, byte[] body) {
        return new HttpAnswer(status, Map.of("Content-Type", contentType), body, null);
    }

    /** An answer that goes on until the stream or the client ends it. */
    public static HttpAnswer of(EventStream events) {
        return new HttpAnswer(200, Map.of("Content-Type", "text/event-stream"), new byte[0], events);
    }

    public static HttpAnswer text(int status, String text) {
        return of(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    /** The same with one more field. */
    public HttpAnswer with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(fields);
        more.put(name, value);
        return new HttpAnswer(status, more, body, events);
    }

    /** What follows the head of an answer that goes on; null of any other. */
    @Nullable
    EventStream events() {
        return events;
    }

    /** @param headOnly whether the body is left out, as HEAD asks for */
    ByteBuffer[] bytes(boolean headOnly, Instant now) {
        StringBuilder head = new StringBuilder("HTTP/1.1 ")
                .append(status)
                .append(' ')
                .append(REASONS.getOrDefault(status, "Status"))
                .append("\r\nDate: ")
                .append(DateTimeFormatter.RFC_1123_DATE_TIME.format(now.atOffset(ZoneOffset.UTC)))
                .append("\r\nConnection: close");
        if (events == null) {
            head.append("\r\nContent-Length: ").append(body.length);
        }
        fields.forEach(
                (name, value) -> head.append("\r\n").append(name).append(": ").append(value));
        ByteBuffer begin = ByteBuffer.wrap(head.append("\r\n\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        return headOnly ? new ByteBuffer[] {begin} : new ByteBuffer[] {begin, ByteBuffer.wrap(body)};
    }
}

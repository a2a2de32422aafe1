package io.stillstream.monitoring.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;

/** An answer: a status, fields beside those that every answer has, and a body. */
public final class HttpAnswer {

    private static final Map<Integer, String> REASONS = Map.of(
            200, "OK",
            400, "Bad Request",
            404, "Not Found",
            405, "Method Not Allowed",
            408, "Request Timeout",
            431, "Request Header Fields Too Large",
            500, "Internal Server Error",
            503, "Service Unavailable");

    private final int status;
    private final Map<String, String> fields;
    private final byte[] body;

    private HttpAnswer(int status, Map<String, String> fields, byte[] body) {
        this.status = status;
        this.fields = fields;
        this.body = body;
    }

    /** @param body not copied */
    public static HttpAnswer of(int status, String contentType, byte[] body) {
        return new HttpAnswer(status, Map.of("Content-Type", contentType), body);
    }

    public static HttpAnswer text(int status, String text) {
        return of(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    /** The same with one more field. */
    public HttpAnswer with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(fields);
        more.put(name, value);
        return new HttpAnswer(status, more, body);
    }

    /** @param headOnly whether the body is left out, as HEAD asks for */
    ByteBuffer[] bytes(boolean headOnly, Instant now) {
        StringBuilder head = new StringBuilder("HTTP/1.1 ")
                .append(status)
                .append(' ')
                .append(REASONS.getOrDefault(status, "Status"))
                .append("\r\nDate: ")
                .append(DateTimeFormatter.RFC_1123_DATE_TIME.format(now.atOffset(ZoneOffset.UTC)))
                .append("\r\nConnection: close\r\nContent-Length: ")
                .append(body.length);
        fields.forEach(
                (name, value) -> head.append("\r\n").append(name).append(": ").append(value));
        ByteBuffer begin = ByteBuffer.wrap(head.append("\r\n\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        return headOnly ? new ByteBuffer[] {begin} : new ByteBuffer[] {begin, ByteBuffer.wrap(body)};
    }
}

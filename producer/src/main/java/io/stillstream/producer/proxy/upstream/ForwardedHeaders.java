package io.stillstream.producer.proxy.upstream;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/** Which headers go on from one side to the other: all but those that are about the connection they came on. */
public final class ForwardedHeaders {

    private static final Set<String> OF_THE_CONNECTION = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings");

    /** Their length is the body's own, whatever a header {@code Connection} says of it. */
    private static final Set<String> OF_THE_MESSAGE = Set.of("content-length", "host");

    private static final Set<String> ANSWERED_HERE = Set.of("host", "expect", CallerToken.HEADER);

    private static final List<String> CREDENTIALS = List.of("authorization", "api-key", "x-api-key");

    private static final String EVENT_STREAM = "text/event-stream";
    private static final HttpField UNBUFFERED = new HttpField("X-Accel-Buffering", "no");

    private ForwardedHeaders() {}

    /**
     * @param to gets the caller's headers, and of the upstream's key those that replace the caller's
     * @param token who may call; what a caller showed of it goes to nobody
     * @param student whether a student is asked, which a caller's key for production is none of the business of
     */
    public static void toUpstream(
            HttpFields from, HttpFields.Mutable to, Upstream upstream, CallerToken token, boolean student) {
        Set<String> named = namedByConnection(from);
        String key = upstream.config().key();
        to.put(HttpHeader.HOST, upstream.authority());
        for (HttpField field : from) {
            String name = field.getLowerCaseName();
            boolean replaced = CREDENTIALS.contains(name) && (!key.isEmpty() || student || token.isShownBy(field));
            if (goesOn(name, named) && !ANSWERED_HERE.contains(name) && !replaced) {
                to.add(field);
            }
        }
        if (!key.isEmpty()) {
            String header = upstream.config().keyHeader();
            to.put(header, header.equalsIgnoreCase("authorization") ? "Bearer " + key : key);
        }
    }

    /** @param to gets the upstream's headers */
    public static void toCaller(HttpFields from, HttpFields.Mutable to) {
        Set<String> named = namedByConnection(from);
        for (HttpField field : from) {
            if (goesOn(field.getLowerCaseName(), named)) {
                to.add(field);
            }
        }
        String contentType = from.get(HttpHeader.CONTENT_TYPE);
        if (contentType != null && contentType.toLowerCase(Locale.ROOT).startsWith(EVENT_STREAM)) {
            to.put(UNBUFFERED);
        }
    }

    private static boolean goesOn(String name, Set<String> named) {
        return !OF_THE_CONNECTION.contains(name) && (!named.contains(name) || OF_THE_MESSAGE.contains(name));
    }

    private static Set<String> namedByConnection(HttpFields fields) {
        if (!fields.contains(HttpHeader.CONNECTION)) {
            return Set.of();
        }
        Set<String> named = new HashSet<>();
        fields.getCSV(HttpHeader.CONNECTION, false).forEach(name -> named.add(name.toLowerCase(Locale.ROOT)));
        return named;
    }
}

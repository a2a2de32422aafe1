package io.stillstream.monitoring.http;

import java.util.Set;

/** What answers requests. It is called on the listener's thread, and must be quick. */
@FunctionalInterface
public interface HttpHandler {

    /** The methods of whatever is only read. */
    Set<String> READING = Set.of("GET", "HEAD");

    HttpAnswer answer(HttpRequest request);

    /** The methods that a path takes. The body of a request of another one than GET and HEAD is read, and has to be small. */
    default Set<String> methods(String path) {
        return READING;
    }
}

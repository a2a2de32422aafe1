package io.stillstream.monitoring;

import io.stillstream.monitoring.http.HttpAnswer;
import io.stillstream.monitoring.http.HttpHandler;
import io.stillstream.monitoring.http.HttpRequest;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Who answers which path: the one that serves its first segment, or else the usual one. */
final class Sites implements HttpHandler {

    private final Map<String, HttpHandler> byPath = new ConcurrentHashMap<>();
    private final HttpHandler usual;

    Sites(HttpHandler usual) {
        this.usual = usual;
    }

    void put(String path, HttpHandler handler) {
        byPath.put(path, handler);
    }

    void remove(String path) {
        byPath.remove(path);
    }

    @Override
    public HttpAnswer answer(HttpRequest request) {
        return of(request.path()).answer(request);
    }

    @Override
    public Set<String> methods(String path) {
        return of(path).methods(path);
    }

    private HttpHandler of(String path) {
        int end = path.indexOf('/', 1);
        return byPath.getOrDefault(end < 0 ? path : path.substring(0, end), usual);
    }
}

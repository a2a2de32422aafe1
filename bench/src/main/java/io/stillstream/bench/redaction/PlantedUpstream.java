package io.stillstream.bench.redaction;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;

/** An API that gives each planted call its answer, by the number in a header. */
final class PlantedUpstream implements AutoCloseable {

    static final String NUMBER = "X-Planted";

    private final HttpServer server;

    /** @param calls by their number */
    PlantedUpstream(Map<Integer, PlantedCall> calls) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> answer(exchange, calls));
        server.start();
    }

    private static void answer(HttpExchange exchange, Map<Integer, PlantedCall> calls) throws IOException {
        exchange.getRequestBody().readAllBytes();
        PlantedCall call = Objects.requireNonNull(
                calls.get(Integer.valueOf(exchange.getRequestHeaders().getFirst(NUMBER))));
        byte[] answer = call.answer().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", call.streamed() ? "text/event-stream" : "application/json");
        exchange.sendResponseHeaders(200, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

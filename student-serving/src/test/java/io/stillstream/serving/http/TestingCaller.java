package io.stillstream.serving.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Calls the server as the JDK's client does. */
final class TestingCaller {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private final URI address;

    TestingCaller(URI address) {
        this.address = address;
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(address.resolve(path)).build(), BodyHandlers.ofString());
    }

    /** @param body with ' for " */
    HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return client.send(request(path, body), BodyHandlers.ofString());
    }

    /** @param body with ' for "; empty for none */
    HttpResponse<String> send(String method, String path, String body, Map<String, String> headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address.resolve(path))
                .method(
                        method,
                        body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body.replace('\'', '"')));
        headers.forEach(request::header);
        return client.send(request.build(), BodyHandlers.ofString());
    }

    JsonNode answered(String path, String body) throws IOException, InterruptedException {
        return JSON.readTree(post(path, body).body());
    }

    /** The data of each event, without the one that ends the stream. */
    List<JsonNode> events(String path, String body) throws IOException, InterruptedException {
        List<String> lines = post(path, body)
                .body()
                .lines()
                .filter(line -> !line.isEmpty())
                .map(line -> line.substring("data: ".length()))
                .toList();
        if (!lines.get(lines.size() - 1).equals("[DONE]")) {
            throw new IOException("the stream ends with " + lines.get(lines.size() - 1));
        }
        return lines.subList(0, lines.size() - 1).stream()
                .map(TestingCaller::json)
                .toList();
    }

    /** Closed to leave before the end. */
    Stream<String> begin(String path, String body) throws IOException, InterruptedException {
        return client.send(request(path, body), BodyHandlers.ofLines()).body();
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpRequest request(String path, String body) {
        return HttpRequest.newBuilder(address.resolve(path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.replace('\'', '"')))
                .build();
    }
}

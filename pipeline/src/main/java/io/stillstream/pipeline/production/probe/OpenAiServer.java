package io.stillstream.pipeline.production.probe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.text.OneLine;
import io.stillstream.rollout.delivery.DeliveryException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A server of OpenAI's API that is asked for greedy answers. */
final class OpenAiServer {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;

    /** More than any of the answers that are asked for has. */
    private static final int MOST_BYTES = 1 << 20;

    private static final int SHOWN = 200;

    private final HttpClient client;
    private final String base;
    private final String model;
    private final String token;
    private final Duration timeout;

    /**
     * @param base its URL, with {@code /v1}
     * @param model what it is asked for; empty for the first that it lists
     * @param token its API key; empty for none
     * @param timeout of one answer
     */
    OpenAiServer(HttpClient client, String base, String model, String token, Duration timeout) {
        this.client = client;
        this.base = base.replaceAll("/+$", "");
        this.model = model;
        this.token = token;
        this.timeout = timeout;
    }

    /** What it is asked for from now on. */
    String model() throws InterruptedException {
        if (!model.isEmpty()) {
            return model;
        }
        String first = required(send(request("/models"))).at("/data/0/id").asText("");
        if (first.isEmpty()) {
            throw new DeliveryException(base + " lists no model yet");
        }
        return first;
    }

    /** The most likely tokens after a prompt. */
    ServerAnswer complete(String asked, List<Integer> prompt, int tokens) throws InterruptedException {
        ObjectNode body = body(asked, tokens).put("logprobs", 1);
        prompt.forEach(body.putArray("prompt")::add);
        JsonNode answer = required(send(post("/completions", body)));
        JsonNode choice = answer.at("/choices/0");
        return answer(answer, choice.path("text"), choice.at("/logprobs/token_logprobs"));
    }

    /** The most likely tokens after a chat; null where the server refuses it. */
    @Nullable
    ServerAnswer chat(String asked, List<String> turns, int tokens) throws InterruptedException {
        ObjectNode body = body(asked, tokens).put("logprobs", true);
        var messages = body.putArray("messages");
        for (int i = 0; i < turns.size(); i++) {
            messages.addObject().put("role", i % 2 == 0 ? "user" : "assistant").put("content", turns.get(i));
        }
        HttpResponse<InputStream> response = send(post("/chat/completions", body));
        if (response.statusCode() == BAD_REQUEST || response.statusCode() == NOT_FOUND) {
            var unused = bytes(response);
            return null;
        }
        JsonNode answer = required(response);
        JsonNode choice = answer.at("/choices/0");
        ObjectNode found = JSON.createObjectNode();
        var logProbabilities = found.putArray("of");
        choice.at("/logprobs/content").forEach(one -> logProbabilities.add(one.path("logprob")));
        return answer(
                answer,
                choice.at("/message/content"),
                choice.at("/logprobs/content").isArray() ? logProbabilities : JSON.nullNode());
    }

    private static ServerAnswer answer(JsonNode whole, JsonNode text, JsonNode logProbabilities) {
        List<Double> nats = null;
        if (logProbabilities.isArray()) {
            nats = new ArrayList<>();
            for (JsonNode one : logProbabilities) {
                nats.add(one.asDouble(Double.NaN));
            }
        }
        return new ServerAnswer(
                text.asText(""),
                whole.at("/usage/prompt_tokens").asInt(-1),
                nats,
                whole.path("system_fingerprint").asText(""));
    }

    private static ObjectNode body(String asked, int tokens) {
        return JSON.createObjectNode()
                .put("model", asked)
                .put("max_tokens", Math.max(1, tokens))
                .put("temperature", 0);
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path)).timeout(timeout).header("Accept", "application/json");
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    private HttpRequest.Builder post(String path, ObjectNode body) {
        return request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
    }

    private HttpResponse<InputStream> send(HttpRequest.Builder request) throws InterruptedException {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new DeliveryException(base + " could not be asked: " + e, e);
        }
    }

    private JsonNode required(HttpResponse<InputStream> response) {
        byte[] bytes = bytes(response);
        if (response.statusCode() != OK) {
            String text = new String(bytes, 0, Math.min(bytes.length, SHOWN), StandardCharsets.UTF_8);
            throw new DeliveryException(
                    base + " answered with the status " + response.statusCode() + ": " + OneLine.of(text));
        }
        try {
            return JSON.readTree(bytes);
        } catch (IOException e) {
            throw new DeliveryException(base + " answered with what is no JSON of at most " + MOST_BYTES + " bytes", e);
        }
    }

    private byte[] bytes(HttpResponse<InputStream> response) {
        try (InputStream body = response.body()) {
            return body.readNBytes(MOST_BYTES);
        } catch (IOException e) {
            throw new DeliveryException(base + " broke off its answer: " + e, e);
        }
    }

    @Override
    public String toString() {
        return base;
    }
}

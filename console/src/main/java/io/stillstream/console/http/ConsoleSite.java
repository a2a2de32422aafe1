package io.stillstream.console.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.stillstream.monitoring.http.HttpAnswer;
import io.stillstream.monitoring.http.HttpHandler;
import io.stillstream.monitoring.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Answers everything below {@code /console}. */
public final class ConsoleSite implements HttpHandler {

    private static final String ROOT = "/console";
    private static final String CLICK = ROOT + "/rollout";
    private static final String JSON = "application/json";

    /** No page of others, no inline script or style, nothing loaded from elsewhere, no frame around it. */
    private static final Map<String, String> PROTECTION = Map.of(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options",
            "nosniff",
            "X-Frame-Options",
            "DENY",
            "Referrer-Policy",
            "no-referrer",
            "Cross-Origin-Resource-Policy",
            "same-origin",
            "Cross-Origin-Opener-Policy",
            "same-origin",
            "Permissions-Policy",
            "camera=(), geolocation=(), microphone=()",
            "Cache-Control",
            "no-store");

    private final Door door;
    private final Readers readers;
    private final StaticFiles files = new StaticFiles();
    private final Map<String, String> texts = new ConcurrentHashMap<>();
    private volatile @Nullable RolloutCommands commands;
    private volatile boolean textsForAll;

    /** @param token of who may click; empty where nobody may */
    public ConsoleSite(String token, Readers readers) {
        this.door = new Door(token);
        this.readers = readers;
        publishRights();
    }

    /** Obeys clicks from now on. */
    public void command(RolloutCommands obeyed) {
        commands = obeyed;
        publishRights();
    }

    /** Shows texts without the token from now on. */
    public void showTexts() {
        textsForAll = true;
        publishRights();
    }

    /** What is shown to whoever may see texts. */
    public void texts(String name, JsonNode node) {
        String text = node.toString();
        if (!text.equals(texts.put(name, text))) {
            // Says that there is something new, and nothing of what it is.
            readers.publish("texts", JsonNodeFactory.instance.objectNode().put("changed", System.nanoTime()));
        }
    }

    private void publishRights() {
        readers.publish(
                "rights",
                JsonNodeFactory.instance
                        .objectNode()
                        .put("commands", commands != null && door.hasToken())
                        .put("token", door.hasToken())
                        .put("texts", textsForAll));
    }

    @Override
    public Set<String> methods(String path) {
        return path.equals(CLICK) ? Set.of("POST") : READING;
    }

    @Override
    public HttpAnswer answer(HttpRequest request) {
        HttpAnswer answer = door.refusal(request).orElseGet(() -> admitted(request));
        for (Map.Entry<String, String> field : PROTECTION.entrySet()) {
            answer = answer.with(field.getKey(), field.getValue());
        }
        return answer;
    }

    private HttpAnswer admitted(HttpRequest request) {
        return switch (request.path()) {
            case CLICK -> click(request);
            case ROOT + "/events" -> request.method().equals("HEAD") ? json("{}") : HttpAnswer.of(readers.open());
            case ROOT + "/state" -> json(readers.whole());
            case ROOT + "/answers" -> texts(request, "answers");
            case ROOT + "/rewind" -> texts(request, "rewind");
            default ->
                files.find(request.path().substring(ROOT.length()))
                        .orElseGet(() -> HttpAnswer.text(404, "the console is at " + ROOT + "\n"));
        };
    }

    private HttpAnswer texts(HttpRequest request, String name) {
        if (!textsForAll && !door.showsToken(request)) {
            return HttpAnswer.text(
                    401,
                    door.hasToken()
                            ? "texts are shown to whoever has the token\n"
                            : "texts are shown to whoever has console.token, and none is set\n");
        }
        return json(texts.getOrDefault(name, "{}"));
    }

    private HttpAnswer click(HttpRequest request) {
        RolloutCommands obeyed = commands;
        Optional<HttpAnswer> refusal = door.refusalOfClick(request);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        if (obeyed == null) {
            return HttpAnswer.text(409, "this process does not command a rollout\n");
        }
        String id = UUID.randomUUID().toString();
        Optional<RolloutCommands.Click> click = ClickReader.read(id, request.body());
        if (click.isEmpty()) {
            return HttpAnswer.text(
                    400,
                    "expected an object with verb, reason, revision and, where they belong, candidate, full, quarantine and"
                            + " dryRun\n");
        }
        return obeyed.send(click.get())
                ? HttpAnswer.of(202, JSON, ("{\"id\":\"" + id + "\"}").getBytes(StandardCharsets.UTF_8))
                : HttpAnswer.text(503, "too many commands wait; try again\n");
    }

    private static HttpAnswer json(String text) {
        return HttpAnswer.of(200, JSON, text.getBytes(StandardCharsets.UTF_8));
    }
}

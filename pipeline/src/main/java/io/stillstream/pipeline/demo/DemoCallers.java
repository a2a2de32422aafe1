package io.stillstream.pipeline.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.monitoring.Progress;
import io.stillstream.pipeline.run.ForwardedShowing;
import io.stillstream.pipeline.run.RunDisplay;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clients of the demo's production model: from the moment at which the run says where its proxy is, they call through it, a
 * bundled prompt now and then. A call names its prompt's conversation, so that what is held out of the file is held out of the
 * calls too.
 */
public final class DemoCallers implements RunDisplay {

    private static final Logger LOG = LoggerFactory.getLogger(DemoCallers.class);
    private static final Duration BETWEEN = Duration.ofSeconds(1);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final RunDisplay display;
    private final List<String> prompts;

    private DemoCallers(RunDisplay display, List<String> prompts) {
        this.display = display;
        this.prompts = prompts;
    }

    /** @param display that the run is shown on */
    public static DemoCallers of(RunDisplay display, Path prompts) throws IOException {
        return new DemoCallers(display, Files.readAllLines(prompts));
    }

    @Override
    public Showing start(Supplier<Progress> progress) {
        Showing shown = display.start(progress);
        return new ForwardedShowing(shown) {

            @Override
            public void proxy(URI address) {
                shown.proxy(address);
                Thread calling = new Thread(() -> call(address), "demo-callers");
                calling.setDaemon(true);
                calling.start();
            }
        };
    }

    /** Until the proxy is gone. */
    private void call(URI proxy) {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        try {
            for (int i = 0; ; i++) {
                JsonNode prompt = JSON.readTree(prompts.get(i % prompts.size()));
                HttpResponse<String> answer = client.send(request(proxy, prompt), HttpResponse.BodyHandlers.ofString());
                LOG.debug("call {}: {}", i, answer.statusCode());
                TimeUnit.MILLISECONDS.sleep(BETWEEN.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.debug("the calls end", e);
        }
    }

    private static HttpRequest request(URI proxy, JsonNode prompt) throws IOException {
        byte[] body = JSON.writeValueAsBytes(JSON.createObjectNode()
                .put("model", "demo")
                .put("prompt", prompt.path("prompt").asText()));
        return HttpRequest.newBuilder(proxy.resolve("/v1/completions"))
                .header("Content-Type", "application/json")
                .header("x-conversation-id", prompt.path("conversation_id").asText())
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
    }
}

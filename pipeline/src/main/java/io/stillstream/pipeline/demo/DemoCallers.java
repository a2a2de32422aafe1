package io.stillstream.pipeline.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.monitoring.Progress;
import io.stillstream.pipeline.run.ForwardedShowing;
import io.stillstream.pipeline.run.RunDisplay;
import io.stillstream.pipeline.run.RunPhase;
import io.stillstream.pipeline.terminal.LabelledLine;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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
    private static final Duration BETWEEN = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int LABEL_WIDTH = 12;
    private static final int OK = 200;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final RunDisplay display;
    private final List<String> prompts;
    private final AtomicLong byProduction = new AtomicLong();
    private final AtomicLong byStudent = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final CountDownLatch over = new CountDownLatch(1);

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

            @Override
            public void phase(RunPhase phase) {
                if (phase == RunPhase.STOPPING) {
                    over.countDown();
                }
                shown.phase(phase);
            }

            @Override
            public void close() {
                over.countDown();
                shown.close();
            }
        };
    }

    /** Who answered the calls. */
    public void print(PrintStream out) {
        LabelledLine.print(
                out,
                LABEL_WIDTH,
                "calls",
                String.format(
                        Locale.ROOT,
                        "%,d answered by production, %,d by the student, %,d failed",
                        byProduction.get(),
                        byStudent.get(),
                        failed.get()));
        out.flush();
    }

    /** Until the run stops. */
    private void call(URI proxy) {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        try {
            for (int i = 0; !over.await(BETWEEN.toMillis(), TimeUnit.MILLISECONDS); i++) {
                call(client, proxy, JSON.readTree(prompts.get(i % prompts.size())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.warn("the calls end: a bundled prompt cannot be read", e);
        }
    }

    private void call(HttpClient client, URI proxy, JsonNode prompt) throws InterruptedException {
        try {
            HttpResponse<byte[]> answer = client.send(request(proxy, prompt), HttpResponse.BodyHandlers.ofByteArray());
            if (answer.statusCode() == OK) {
                // The demo's production model names no weights.
                boolean named = JSON.readTree(answer.body()).hasNonNull("system_fingerprint");
                (named ? byStudent : byProduction).incrementAndGet();
            } else {
                failed.incrementAndGet();
                LOG.debug("a call was answered with {}", answer.statusCode());
            }
        } catch (IOException e) {
            // One that is on its way when the run stops is nobody's failure.
            if (over.getCount() > 0) {
                failed.incrementAndGet();
            }
            LOG.debug("a call has failed", e);
        }
    }

    private static HttpRequest request(URI proxy, JsonNode prompt) throws IOException {
        byte[] body = JSON.writeValueAsBytes(JSON.createObjectNode()
                .put("model", "demo")
                .put("prompt", prompt.path("prompt").asText()));
        return HttpRequest.newBuilder(proxy.resolve("/v1/completions"))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .header("x-conversation-id", prompt.path("conversation_id").asText())
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
    }
}

package io.stillstream.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.monitoring.Progress;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.StillstreamProcess;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.demo.BundledModels;
import io.stillstream.pipeline.demo.DemoConfig;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Live traffic through the proxy, into a real broker. */
@Timeout(180)
final class ProxyIT {

    private static final Pattern ADDRESS = Pattern.compile("(?m)^proxy +(http://\\S+)/v1");
    private static final Topics TOPICS = Topics.defaults();

    @TempDir
    private Path directory;

    /** The proxy is there before Kafka is, loses nothing for that, and lets an open call end when it is to stop. */
    @Test
    void proxy_startedBeforeTheBroker_sendsWhatItCaptured() throws Exception {
        int port = freePort();
        String servers = "127.0.0.1:" + port;
        try (AnsweringApi upstream = new AnsweringApi(Duration.ofMillis(300));
                StillstreamProcess proxy = StillstreamProcess.start(
                        directory,
                        Map.of("STILLSTREAM_UMASK", "077"),
                        List.of(
                                "proxy",
                                "--bootstrap-servers=" + servers,
                                "--upstream=" + upstream.url(),
                                "--port=0",
                                "--metrics-port=0",
                                "--data=" + directory.resolve("proxy")))) {
            URI address = URI.create(proxy.awaitPrinted(ADDRESS));
            assertThat(upstream.call(address, "before")).isEqualTo(200);
            try (EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"), port)) {
                assertThat(upstream.call(address, "after")).isEqualTo(200);
                var last = CompletableFuture.supplyAsync(() -> call(upstream, address));
                TimeUnit.MILLISECONDS.sleep(150);
                proxy.terminate();
                assertThat(last.get(20, TimeUnit.SECONDS)).isEqualTo(200);
                assertThat(proxy.exitCode(Duration.ofSeconds(40)))
                        .as(proxy.printed())
                        .isZero();
                assertThat(prompts(broker.bootstrapServers()))
                        .extracting(prompt ->
                                ((Chat) prompt.input()).messages().get(0).said())
                        .containsExactlyInAnyOrder("before", "after", "last");
                assertThat(proxy.printed())
                        .contains("3 calls passed through, 3 prompts captured")
                        .doesNotContain("sk-somebody");
            }
        }
    }

    @Test
    void run_withAnUpstream_trainsOnLiveCallsUntilItIsStopped() throws Exception {
        BundledModels models = BundledModels.unpack(directory.resolve("models"));
        try (AnsweringApi upstream = new AnsweringApi(Duration.ZERO);
                Interruption interruption = new Interruption()) {
            StillstreamConfig config = new ConfigLoader(Map.of())
                    .load(
                            DemoConfig.of(directory.resolve("run"), models),
                            null,
                            Map.of(
                                    "monitoring.port", "0",
                                    "traffic.source", "-",
                                    "traffic.repeat", "1",
                                    "traffic.held-out-fraction", "0",
                                    "proxy.port", "0",
                                    "proxy.upstreams.main.url", upstream.url()));
            var address = new CompletableFuture<URI>();
            var progress = new CompletableFuture<Supplier<Progress>>();
            RunDisplay display = shown -> {
                progress.complete(shown);
                return new RunDisplay.Showing() {
                    @Override
                    public void proxy(URI served) {
                        address.complete(served);
                    }

                    @Override
                    public void close() {}
                };
            };
            var running =
                    CompletableFuture.supplyAsync(() -> new Pipeline(config, interruption, display, false).run(null));
            URI proxy = (URI) CompletableFuture.anyOf(address, running).get(120, TimeUnit.SECONDS);
            for (int i = 0; i < 10; i++) {
                assertThat(upstream.call(proxy, "Tell me about bird " + i)).isEqualTo(200);
            }
            while (progress.join().get().scoredPrompts() < 10 && !running.isDone()) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
            interruption.request();
            Pipeline.Result result = running.get(60, TimeUnit.SECONDS);
            assertThat(result.producer().sent()).isEqualTo(10);
            assertThat(result.producer().stopped()).isTrue();
            assertThat(result.progress().scoredPrompts()).isEqualTo(10);
            assertThat(result.progress().proxiedCalls()).isEqualTo(10);
        }
    }

    private static int call(AnsweringApi upstream, URI address) {
        try {
            return upstream.call(address, "last");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    private static List<Prompt> prompts(String servers) {
        return TopicContents.read(servers, TOPICS.prompts()).stream()
                .map(record -> PromptCodec.decode(record.value()))
                .toList();
    }

    private static int freePort() throws Exception {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }
}

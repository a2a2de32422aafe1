package io.stillstream.serving.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.Topics;
import io.stillstream.http.TlsConfig;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.serving.engine.EngineConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers that show a token over TLS, and callers that do not read. */
final class CallersIT {

    private static final String TOKEN = "a-token-of-sixteen-or-more";
    private static final String PASSWORD = "changeit";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    private Telemetry telemetry;
    private ServingStage stage;

    @AfterEach
    void close() {
        if (stage != null) {
            stage.close();
            telemetry.close();
        }
    }

    private void serve(ServingConfig config) {
        telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.SERVING);
        stage = ServingStage.start(config, directory, Topics.defaults(), Map.of(), telemetry);
    }

    @Test
    void tlsAndToken_letInWhoShowsIt_andNobodyElse() throws Exception {
        Path store = keyStore();
        serve(TestingServing.config(
                TestingSnapshots.student(directory.resolve("stories")),
                TOKEN,
                new TlsConfig("", "", store.toString(), PASSWORD)));
        assertThat(stage.address().getScheme()).isEqualTo("https");
        HttpClient client = HttpClient.newBuilder().sslContext(trusting(store)).build();

        assertThat(send(client, "Bearer " + TOKEN).statusCode()).isEqualTo(200);
        for (String wrong : new String[] {"Bearer " + TOKEN + "x", "Bearer", "Basic " + TOKEN, "none"}) {
            HttpResponse<String> refused = send(client, wrong);
            assertThat(refused.statusCode()).as(wrong).isEqualTo(401);
            assertThat(refused.body()).contains("\"code\":\"invalid_api_key\"").doesNotContain(TOKEN);
        }
    }

    private HttpResponse<String> send(HttpClient client, String authorization) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(stage.address() + "/v1/completions"))
                .header("Authorization", authorization)
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\": \"student\", \"prompt\": \"Once\", \"max_tokens\": 2}"))
                .build();
        return client.send(request, BodyHandlers.ofString());
    }

    /**
     * Its answers are longer than what the system keeps for a connection and what the server does. They are written as fast as anybody's,
     * which others see, until more waits than may: then its request is over, and no memory is taken by it any more.
     */
    @Test
    void caller_whoReadsAByteNowAndThen_losesItsRequest_andHoldsUpNobody() throws Exception {
        serve(TestingServing.config(
                TestingSnapshots.student(directory.resolve("stories")), new EngineConfig(8, 8, PATIENCE, 2048, 256)));
        var other = new TestingCaller(stage.address());
        try (Socket slow = new Socket()) {
            slow.setReceiveBufferSize(1 << 10);
            slow.connect(new InetSocketAddress(
                    stage.address().getHost(), stage.address().getPort()));
            slow.getOutputStream()
                    .write(request("{\"model\": \"student\", \"messages\": [{\"role\": \"user\","
                            + " \"content\": \"One day\"}], \"n\": 8, \"max_tokens\": 450, \"stream\": true, \"logprobs\": true,"
                            + " \"top_logprobs\": 20}"));
            InputStream in = slow.getInputStream();
            assertThat(in.read()).isEqualTo('H');

            // It waits for a slot, all of which the slow one has.
            assertThat(other.post("/v1/completions", "{'model': 'student', 'prompt': 'One', 'max_tokens': 5}")
                            .statusCode())
                    .isEqualTo(200);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (gone() == 0) {
                assertThat(System.nanoTime()).as("it is cut off").isLessThan(deadline);
                assertThat(in.read()).isNotNegative();
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    private double gone() {
        return telemetry
                .registry()
                .get("stillstream.serving.requests")
                .tag("outcome", "caller_gone")
                .counter()
                .count();
    }

    private static byte[] request(String json) {
        return ("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: " + json.length() + "\r\n\r\n" + json)
                .getBytes(StandardCharsets.US_ASCII);
    }

    private Path keyStore() throws IOException, InterruptedException {
        Path store = directory.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "serving",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=127.0.0.1",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        store.toString())
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        return store;
    }

    private static SSLContext trusting(Path store) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("serving", keys.getCertificate("serving"));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}

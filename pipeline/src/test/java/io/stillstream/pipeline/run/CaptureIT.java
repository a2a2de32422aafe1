package io.stillstream.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.rejection.DeadLetter;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.config.KafkaConfig;
import io.stillstream.producer.capture.CaptureConfig;
import io.stillstream.producer.capture.call.FeedbackAnswer;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Calls that become prompts on a real broker, while it is there, and before. */
@Timeout(120)
class CaptureIT {

    private static final Topics TOPICS = Topics.defaults();
    private static final CaptureConfig IN_MEMORY = CapturedTraffic.config(0);
    private static final CaptureConfig ON_DISK = CapturedTraffic.config(64 << 20);

    @TempDir
    private Path directory;

    @Test
    void calls_feedbackAndLetters_reachTheirTopics() throws Exception {
        try (EmbeddedBroker broker = broker(freePort())) {
            FeedbackAnswer corrected;
            FeedbackAnswer bad;
            FeedbackAnswer unknown;
            try (var traffic = new CapturedTraffic(directory.resolve("data"), broker.bootstrapServers(), IN_MEMORY)) {
                traffic.capture().offer(CapturedTraffic.call(0));
                traffic.capture().offer(CapturedTraffic.call(1));
                awaitCaptured(traffic, 2);
                corrected = feedback(
                        traffic, "{\"response_id\": \"" + CapturedTraffic.id(0) + "\", \"correction\": \"42\"}");
                bad = feedback(traffic, "{\"conversation_id\": \"one\", \"score\": 0}");
                unknown = feedback(traffic, "{\"response_id\": \"nobody's\", \"score\": 1}");
                traffic.capture().offer(CapturedTraffic.call(2));
                patiently("the bad score is dropped").until(() -> traffic.dropped("bad_score") == 1);
            }

            List<Prompt> prompts = prompts(broker);
            assertThat(prompts)
                    .extracting(Prompt::id)
                    .startsWith(CapturedTraffic.id(0), CapturedTraffic.id(1))
                    .hasSize(3);
            Prompt correction = prompts.get(2);
            assertThat(corrected.status()).isEqualTo(202);
            assertThat(corrected.json()).contains(correction.id());
            assertThat(bad.status()).isEqualTo(202);
            assertThat(unknown.status()).isEqualTo(404);
            assertThat(unknown.json()).contains("nobody's", "capture.feedback-window");
            assertThat(correction.reference()).isEqualTo("42");
            assertThat(text(correction)).isEqualTo("42");
            assertThat(correction.conversationId()).isEqualTo("one");
            assertThat(correction.split()).isEqualTo(prompts.get(0).split());
            assertThat(correction.input()).isEqualTo(prompts.get(0).input());
        }
    }

    @Test
    void brokerThatComesLater_getsEverythingInOrder() throws Exception {
        int port = freePort();
        try (var traffic = new CapturedTraffic(directory.resolve("data"), "127.0.0.1:" + port, IN_MEMORY)) {
            offer(traffic, 0, 200);
            awaitCaptured(traffic, 200);
            try (EmbeddedBroker broker = broker(port)) {
                offer(traffic, 200, 300);
                awaitPrompts(broker, 300);

                assertThat(prompts(broker)).extracting(Prompt::id).containsExactlyElementsOf(ids(300));
                assertThat(traffic.dropped()).isZero();
            }
        }
    }

    @Test
    void brokerThatIsSilent_holdsNobodyUp_andWhatWaitsIsCounted() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            List<Socket> connections = new ArrayList<>();
            Thread acceptor = new Thread(() -> accept(silent, connections));
            acceptor.start();
            var traffic =
                    new CapturedTraffic(directory.resolve("data"), "127.0.0.1:" + silent.getLocalPort(), IN_MEMORY);
            offer(traffic, 0, 100);
            awaitCaptured(traffic, 100);
            traffic.close();

            assertThat(traffic.dropped("undelivered")).isEqualTo(100);
            silent.close();
            acceptor.join();
            for (Socket connection : connections) {
                connection.close();
            }
        }
    }

    @Test
    void killedProcess_losesNothingThatWasSpooled() throws Exception {
        int port = freePort();
        Path data = directory.resolve("data");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CapturedTraffic.class.getName(),
                        data.toString(),
                        "127.0.0.1:" + port,
                        "300")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(output.lines().anyMatch(line -> line.equals(CapturedTraffic.TAKEN)))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        process.waitFor();
        assertPrivate(data.resolve("spool"));

        try (EmbeddedBroker broker = broker(port)) {
            try (var traffic = new CapturedTraffic(data, broker.bootstrapServers(), ON_DISK)) {
                offer(traffic, 300, 310);
                awaitPrompts(broker, 310);
            }
            assertThat(prompts(broker)).extracting(Prompt::id).containsExactlyElementsOf(ids(310));
            try (var again = new CapturedTraffic(data, broker.bootstrapServers(), ON_DISK)) {
                again.capture().offer(CapturedTraffic.call(310));
                awaitPrompts(broker, 311);
            }
            assertThat(prompts(broker))
                    .as("nothing that was noted is sent again")
                    .hasSize(311);
        }
    }

    @Test
    void requestThatIsNoJson_isALetterWithItsReason() throws Exception {
        try (EmbeddedBroker broker = broker(freePort())) {
            try (var traffic = new CapturedTraffic(directory.resolve("data"), broker.bootstrapServers(), ON_DISK)) {
                traffic.capture().offer(CapturedTraffic.call(0, "\" broken"));
                patiently("the call is dropped").until(() -> traffic.dropped("unreadable") == 1);
            }

            var letters = TopicContents.read(broker.bootstrapServers(), TOPICS.deadLetters());
            assertThat(letters).hasSize(1);
            DeadLetter letter = DeadLetter.fromHeaders(TopicContents.headers(letters.get(0)));
            assertThat(letter.topic()).isEqualTo("proxy/upstream");
            assertThat(letter.rejection().detail()).startsWith("the answer is not JSON");
        }
    }

    private EmbeddedBroker broker(int port) {
        EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"), port);
        KafkaConfig kafka = KafkaConfig.defaults();
        new TopicCreator(kafka.clientProperties(broker.bootstrapServers()), kafka.connectTimeout())
                .create(TOPICS, 2, 1);
        return broker;
    }

    private static void offer(CapturedTraffic traffic, int from, int to) {
        IntStream.range(from, to).forEach(i -> traffic.capture().offer(CapturedTraffic.call(i)));
    }

    private static FeedbackAnswer feedback(CapturedTraffic traffic, String json) {
        return traffic.capture().feedback(json.getBytes(StandardCharsets.UTF_8), Map.of(), null);
    }

    private static List<String> ids(int count) {
        return IntStream.range(0, count).mapToObj(CapturedTraffic::id).toList();
    }

    private static List<Prompt> prompts(EmbeddedBroker broker) {
        return TopicContents.read(broker.bootstrapServers(), TOPICS.prompts()).stream()
                .map(record -> PromptCodec.decode(record.value()))
                .toList();
    }

    private static String text(Prompt prompt) {
        Response response = prompt.response();
        assertThat(response).isNotNull();
        return response.message().content().joined();
    }

    private static void assertPrivate(Path spool) throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(spool)))
                .isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(spool)) {
            assertThat(files)
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }

    private static void accept(ServerSocket server, List<Socket> connections) {
        try {
            while (true) {
                connections.add(server.accept());
            }
        } catch (IOException e) {
            // It was closed.
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void awaitCaptured(CapturedTraffic traffic, int count) {
        patiently(count + " calls are captured").until(traffic::captured, captured -> captured == count);
    }

    private static void awaitPrompts(EmbeddedBroker broker, int atLeast) {
        patiently(atLeast + " prompts are on the topic")
                .until(() -> prompts(broker).size(), prompts -> prompts >= atLeast);
    }

    private static ConditionFactory patiently(String what) {
        return await(what).atMost(Duration.ofSeconds(100)).pollInterval(Duration.ofMillis(50));
    }
}

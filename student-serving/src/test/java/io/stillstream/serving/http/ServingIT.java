package io.stillstream.serving.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.contract.Topics;
import io.stillstream.http.TlsConfig;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.serving.engine.EngineConfig;
import io.stillstream.serving.weights.Follow;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real student over HTTP. */
final class ServingIT {

    private static final String CHAT = "/v1/chat/completions";
    private static final String TEXT = "/v1/completions";
    private static final String MESSAGES = "'messages': [{'role': 'user', 'content': 'Once upon a time'}]";
    private static final int QUEUE = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    @TempDir
    private static Path directory;

    private static Telemetry telemetry;
    private static ServingStage stage;
    private static TestingCaller caller;

    @BeforeAll
    static void serve() throws Exception {
        Path student = TestingSnapshots.student(directory.resolve("stories"));
        telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.SERVING);
        ServingConfig config = config(student);
        stage = ServingStage.start(config, directory, Topics.defaults(), Map.of(), telemetry);
        caller = new TestingCaller(stage.address());
    }

    private static ServingConfig config(Path student) {
        ServingConfig usual = ServingConfig.defaults();
        EngineConfig engine = usual.engine();
        return new ServingConfig(
                usual.host(),
                0,
                "",
                TlsConfig.none(),
                student,
                Follow.CANDIDATE,
                usual.followEvery(),
                usual.preloadCandidate(),
                usual.modelName(),
                8,
                1 << 17,
                1 << 17,
                64,
                1 << 16,
                usual.idleTimeout(),
                Duration.ofSeconds(5),
                new EngineConfig(2, QUEUE, Duration.ofMinutes(5), engine.contextTokens(), engine.prefillTokens()),
                usual.answerPrompts());
    }

    @AfterAll
    static void close() {
        if (stage != null) {
            stage.close();
            telemetry.close();
        }
    }

    @Test
    void models_listsTheNameAndTheSnapshot() throws Exception {
        JsonNode models = TestingCaller.json(caller.get("/v1/models").body());

        assertThat(models.path("object").asText()).isEqualTo("list");
        assertThat(models.path("data").findValuesAsText("id")).hasSize(2).contains("student");
        String snapshot = models.path("data").path(1).path("id").asText();
        assertThat(caller.get("/v1/models/" + snapshot).statusCode()).isEqualTo(200);
        assertThat(caller.get("/v1/models/" + snapshot.replace("-", "%2D")).statusCode())
                .isEqualTo(200);
        assertThat(caller.get("/v1/models/other").statusCode()).isEqualTo(404);
        HttpResponse<String> other = caller.get("/v1/models/acme%2Fother");
        assertThat(other.statusCode()).isEqualTo(404);
        assertThat(other.body()).contains("acme/other");
    }

    @Test
    void completion_streamedAndWhole_areTheSame() throws Exception {
        String request = "{'model': 'student', 'prompt': 'Once upon a time', 'max_tokens': 40, 'temperature': 0";

        JsonNode whole = caller.answered(TEXT, request + "}");
        List<JsonNode> events =
                caller.events(TEXT, request + ", 'stream': true, 'stream_options': {'include_usage': true}}");

        assertThat(whole.at("/choices/0/text").asText()).startsWith(", there was a little girl named Lily");
        assertThat(whole.at("/choices/0/finish_reason").asText()).isEqualTo("length");
        assertThat(whole.at("/usage/completion_tokens").asInt()).isEqualTo(40);
        assertThat(whole.path("system_fingerprint").asText())
                .isEqualTo(whole.path("model").asText());
        assertThat(joined(events, "/choices/0/text"))
                .isEqualTo(whole.at("/choices/0/text").asText());
        assertThat(events.get(events.size() - 1).path("usage")).isEqualTo(whole.path("usage"));
    }

    @Test
    void chat_streamedAndWhole_areTheSame() throws Exception {
        String request = "{'model': 'student', " + MESSAGES + ", 'max_tokens': 30, 'temperature': 0";

        JsonNode whole = caller.answered(CHAT, request + "}");
        List<JsonNode> events = caller.events(CHAT, request + ", 'stream': true}");

        assertThat(whole.path("id").asText()).startsWith("chatcmpl-");
        assertThat(whole.at("/choices/0/message/role").asText()).isEqualTo("assistant");
        assertThat(whole.at("/choices/0/message/content").asText()).isNotBlank();
        assertThat(joined(events, "/choices/0/delta/content"))
                .isEqualTo(whole.at("/choices/0/message/content").asText());
        assertThat(events.get(0).at("/choices/0/delta/role").asText()).isEqualTo("assistant");
    }

    @Test
    void seed_theSame_givesTheSameAnswer_andChoicesDiffer() throws Exception {
        String request = "{'model': 'student', 'prompt': 'One day', 'max_tokens': 30, 'seed': 5, 'n': 3}";

        JsonNode first = caller.answered(TEXT, request);
        JsonNode second = caller.answered(TEXT, request);

        assertThat(first.path("choices")).isEqualTo(second.path("choices"));
        assertThat(first.path("choices").findValuesAsText("text")).doesNotHaveDuplicates();
        assertThat(caller.answered(TEXT, request.replace("'n': 3", "'n': 1")).at("/choices/0"))
                .isEqualTo(first.at("/choices/0"));
    }

    @Test
    void stop_isCutAndEndsTheAnswer() throws Exception {
        JsonNode answer = caller.answered(
                TEXT,
                "{'model': 'student', 'prompt': 'Once upon a time', 'max_tokens': 40, 'temperature': 0, 'stop':"
                        + " ['little girl n']}");

        assertThat(answer.at("/choices/0/text").asText()).isEqualTo(", there was a ");
        assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
    }

    @Test
    void logprobs_areOfEachToken_andTheGreedyOneIsTheMostLikely() throws Exception {
        JsonNode chat = caller.answered(
                CHAT,
                "{'model': 'student', " + MESSAGES
                        + ", 'max_tokens': 8, 'temperature': 0, 'logprobs': true, 'top_logprobs': 3}");
        JsonNode text = caller.answered(
                TEXT,
                "{'model': 'student', 'prompt': 'Once upon a time', 'max_tokens': 8, 'temperature': 0, 'logprobs': 2}");

        assertThat(chat.at("/choices/0/logprobs/content")).hasSize(8).allSatisfy(token -> {
            assertThat(token.path("logprob").asDouble()).isBetween(-5.0, 0.0);
            assertThat(token.path("top_logprobs")).hasSize(3);
            assertThat(token.at("/top_logprobs/0/token")).isEqualTo(token.path("token"));
            assertThat(token.at("/top_logprobs/0/logprob")).isEqualTo(token.path("logprob"));
        });
        assertThat(text.at("/choices/0/logprobs/tokens")).hasSize(8);
        assertThat(text.at("/choices/0/logprobs/text_offset/0").asInt()).isZero();
        assertThat(text.at("/choices/0/logprobs/top_logprobs/0")).hasSize(2);
    }

    @Test
    void errors_haveTheirStatus() throws Exception {
        assertThat(caller.post(CHAT, "{'model': 'other', " + MESSAGES + "}").statusCode())
                .isEqualTo(404);
        assertThat(code(caller.post(CHAT, "{'model': 'other', " + MESSAGES + "}")))
                .isEqualTo("model_not_found");
        assertThat(caller.post(CHAT, "{").statusCode()).isEqualTo(400);
        assertThat(caller.get(CHAT).statusCode()).isEqualTo(405);
        assertThat(caller.get("/v2").statusCode()).isEqualTo(404);
        assertThat(caller.post(TEXT, "x".repeat(1 << 18)).statusCode()).isEqualTo(413);
        HttpResponse<String> tooLong =
                caller.post(TEXT, "{'model': 'student', 'prompt': '" + "one day ".repeat(600) + "'}");
        assertThat(tooLong.statusCode()).isEqualTo(400);
        assertThat(code(tooLong)).isEqualTo("context_length_exceeded");
        HttpResponse<String> farTooLong =
                caller.post(TEXT, "{'model': 'student', 'prompt': '" + "x".repeat(1 << 13) + "'}");
        assertThat(TestingCaller.json(farTooLong.body()).at("/error/message").asText())
                .as("refused before it is tokenized")
                .startsWith("The prompt has 8192 bytes");
        assertThat(code(farTooLong)).isEqualTo("context_length_exceeded");
        assertThat(code(caller.post(TEXT, "{'model': 'student', 'prompt': [99999]}")))
                .isEqualTo("invalid_value");
    }

    @Test
    void body_thatIsEncoded_isRefusedByName() throws Exception {
        HttpResponse<String> refused =
                caller.send("POST", TEXT, "{'model': 'student', 'prompt': 'One'}", Map.of("Content-Encoding", "gzip"));

        assertThat(refused.statusCode()).isEqualTo(415);
        assertThat(refused.body()).contains("Content-Encoding is 'gzip'");
        assertThat(caller.send(
                                "POST",
                                TEXT,
                                "{'model': 'student', 'prompt': 'One', 'max_tokens': 1}",
                                Map.of("Content-Encoding", "identity"))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void head_isAnsweredAsGet_withoutABody() throws Exception {
        HttpResponse<String> head = caller.send("HEAD", "/v1/models", "", Map.of());

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().firstValue("content-type")).contains("application/json");
        assertThat(caller.send("DELETE", "/v1/models", "", Map.of()).headers().firstValue("allow"))
                .contains("GET, HEAD");
    }

    @Test
    void queue_thatIsFull_refusesAllChoicesOfARequest() throws Exception {
        HttpResponse<String> refused =
                caller.post(TEXT, "{'model': 'student', 'prompt': 'One', 'n': 8, 'max_tokens': 200, 'stream': true}");

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("retry-after")).contains("1");
        assertThat(code(refused)).isEqualTo("queue_full");
        freed();
    }

    @Test
    void caller_whoGoesBeforeTheFirstByte_freesItsSlots() throws Exception {
        double before = gone();
        try (Socket socket = connect()) {
            socket.getOutputStream().write(raw("{'model': 'student', 'prompt': 'One day', 'n': 4, 'max_tokens': 450}"));
        }
        await("it is noticed that the caller has gone")
                .atMost(PATIENCE)
                .pollInterval(LOOK_AGAIN)
                .until(() -> gone() > before);
        freed();
    }

    /** Each is 64 KiB longer than what it may have in any case, and there is room for one and a half. */
    @Test
    void bodies_thatDoNotEnd_keepOutOtherLongOnesAlone() throws Exception {
        String tooLongForTheModel = "{'model': 'student', 'prompt': '" + "day ".repeat(30_000) + "'}";
        byte[] unended = raw(tooLongForTheModel);
        try (Socket first = connect();
                Socket second = connect()) {
            first.getOutputStream().write(unended, 0, unended.length - 1);
            second.getOutputStream().write(unended, 0, unended.length - 1);
            awaitStatus(503, tooLongForTheModel);
            assertThat(caller.post(TEXT, "{'model': 'student', 'prompt': 'One day', 'max_tokens': 2}")
                            .statusCode())
                    .isEqualTo(200);
        }
        awaitStatus(400, tooLongForTheModel);
    }

    private static void awaitStatus(int status, String body) {
        await("a status of " + status)
                .atMost(PATIENCE)
                .pollInterval(LOOK_AGAIN)
                .until(() -> caller.post(TEXT, body).statusCode(), answered -> answered == status);
    }

    @Test
    void caller_whoClosesItsSendingSide_isAnswered() throws Exception {
        String request = "{'model': 'student', 'prompt': 'One day', 'max_tokens': 300, 'temperature': 0";
        String whole =
                caller.answered(TEXT, request + "}").at("/choices/0/text").asText();

        String answer = halfClosed(request + "}");
        assertThat(answer).startsWith("HTTP/1.1 200");
        assertThat(TestingCaller.json(unchunked(answer)).at("/choices/0/text").asText())
                .isEqualTo(whole);
        String stream = halfClosed(request + ", 'stream': true}");
        assertThat(stream).startsWith("HTTP/1.1 200").contains("data: [DONE]");
        StringBuilder text = new StringBuilder();
        unchunked(stream)
                .lines()
                .filter(line -> line.startsWith("data: {"))
                .forEach(line -> text.append(TestingCaller.json(line.substring("data: ".length()))
                        .at("/choices/0/text")
                        .asText()));
        assertThat(text).hasToString(whole);
        assertThat(halfClosed("{'model': 'other', 'prompt': 'One day'}")).startsWith("HTTP/1.1 404");
    }

    private static Socket connect() throws IOException {
        return new Socket(stage.address().getHost(), stage.address().getPort());
    }

    /** @param body with ' for " */
    private static byte[] raw(String body) {
        byte[] json = body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        var request = new ByteArrayOutputStream();
        request.writeBytes(("POST " + TEXT + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + json.length + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        request.writeBytes(json);
        return request.toByteArray();
    }

    private static String halfClosed(String body) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(raw(body));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** What an answer's body says: ASCII, in chunks or not. */
    private static String unchunked(String answer) {
        int body = answer.indexOf("\r\n\r\n") + 4;
        if (!answer.substring(0, body).toLowerCase(Locale.ROOT).contains("transfer-encoding: chunked")) {
            return answer.substring(body);
        }
        StringBuilder text = new StringBuilder();
        int at = body;
        while (at < answer.length()) {
            int end = answer.indexOf("\r\n", at);
            int length = Integer.parseInt(answer.substring(at, end), 16);
            text.append(answer, end + 2, end + 2 + length);
            at = end + 2 + length + 2;
        }
        return text.toString();
    }

    private static double gone() {
        return telemetry
                .registry()
                .get("stillstream.serving.requests")
                .tag("outcome", "caller_gone")
                .counter()
                .count();
    }

    @Test
    void caller_whoLeavesAStream_freesItsSlot() throws Exception {
        try (Stream<String> lines =
                caller.begin(TEXT, "{'model': 'student', 'prompt': 'One day', 'max_tokens': 450, 'stream': true}")) {
            assertThat(lines.findFirst()).isPresent();
        }
        freed();
    }

    /** Three more answers than there is room for, one after another: they would be refused where slots were not freed. */
    private static void freed() throws Exception {
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 2 + QUEUE + 1; i++) {
            statuses.add(caller.post(TEXT, "{'model': 'student', 'prompt': 'One', 'max_tokens': 1}")
                    .statusCode());
        }
        assertThat(statuses).containsOnly(200);
    }

    private static String code(HttpResponse<String> refused) {
        return TestingCaller.json(refused.body()).at("/error/code").asText();
    }

    private static String joined(List<JsonNode> events, String pointer) {
        StringBuilder text = new StringBuilder();
        events.forEach(event -> text.append(event.at(pointer).asText("")));
        return text.toString();
    }
}

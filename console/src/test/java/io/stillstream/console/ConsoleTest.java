package io.stillstream.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.stillstream.console.http.RolloutCommands.Click;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.rollout.GateMeters;
import io.stillstream.monitoring.rollout.JudgeMeters;
import io.stillstream.monitoring.stage.Stage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Readers of every kind at a console, over real sockets: a client that sets any {@code Host} and {@code Origin}. */
@Timeout(60)
final class ConsoleTest {

    private static final String TOKEN = "a-token-of-the-test";
    private static final String PROMOTE = "{\"verb\":\"promote\",\"reason\":\"good\",\"revision\":3}";
    private static final int MANY = 150;
    private static final Duration PATIENCE = Duration.ofSeconds(50);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<Socket> sockets = new ArrayList<>();
    private final ConcurrentLinkedQueue<Click> clicks = new ConcurrentLinkedQueue<>();
    private Telemetry telemetry = Telemetry.start(new MonitoringConfig(true, "127.0.0.1", 0), Stage.PIPELINE);
    private Console console = Console.start(new ConsoleConfig(true, TOKEN), telemetry, "pipeline");

    @AfterEach
    void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        console.close();
        telemetry.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/console",
                "/console/console.css",
                "/console/console.js",
                "/console/answers.js",
                "/console/uplot.js",
                "/console/uplot.css",
                "/console/icon.svg",
                "/console/state",
                "/console/nothing"
            })
    void everyAnswer_letsNothingOfOthersIn(String path) throws IOException {
        String answer = get(path, "127.0.0.1:1");
        assertThat(answer)
                .startsWith(path.endsWith("nothing") ? "HTTP/1.1 404" : "HTTP/1.1 200")
                .contains("Content-Security-Policy: default-src 'none'; script-src 'self';")
                .contains("frame-ancestors 'none'")
                .contains("X-Content-Type-Options: nosniff")
                .contains("X-Frame-Options: DENY")
                .contains("Referrer-Policy: no-referrer")
                .contains("Cross-Origin-Resource-Policy: same-origin")
                .doesNotContain("Access-Control-");
    }

    /** No inline script and style, and nothing from elsewhere: the policy would stop both, and the page must not need them. */
    @Test
    void page_needsNothingThatThePolicyForbids() throws IOException {
        String page = get("/console", "localhost:1");
        assertThat(page)
                .doesNotContainPattern("<script(?![^>]*src=\"/console/)[^>]*>")
                .doesNotContain(" style=", "<style", " onclick=", "javascript:");
        assertThat(page.split("(src|href)=\""))
                .filteredOn(part -> !part.startsWith("HTTP"))
                .allMatch(part -> part.startsWith("/console/"));
    }

    @Test
    void wholePage_isSmall() throws IOException {
        int bytes = 0;
        for (String path : List.of(
                "",
                "/console.css",
                "/console.js",
                "/text.js",
                "/stages.js",
                "/curves.js",
                "/tables.js",
                "/rollout.js",
                "/rewind.js",
                "/judge.js",
                "/answers.js",
                "/uplot.js",
                "/uplot.css",
                "/icon.svg")) {
            bytes += get("/console" + path, "localhost").getBytes(UTF_8).length;
        }
        assertThat(bytes).isLessThan(150_000);
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:9464, 200",
        "LOCALHOST, 200",
        "127.0.0.1:9464, 200",
        "127.1.2.3:80, 200",
        "[::1]:9464, 200",
        "rebound.example:9464, 403",
        "localhost.example, 403",
        "127.0.0.1.example:9464, 403",
        "10.0.0.7:9464, 403",
        "'', 403"
    })
    void host_isOfThisMachine_orRefused(String host, int status) throws IOException {
        assertThat(get("/console/state", host)).startsWith("HTTP/1.1 " + status);
        assertThat(get("/console/events", host)).startsWith("HTTP/1.1 " + status);
    }

    @Test
    void anotherPage_getsNothing() throws IOException {
        assertThat(ask("GET /console/state HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n\r\n"))
                .startsWith("HTTP/1.1 403");
        assertThat(ask("GET /console/state HTTP/1.1\r\nHost: localhost:1\r\nOrigin: http://localhost:2\r\n\r\n"))
                .startsWith("HTTP/1.1 403");
        assertThat(ask("GET /console/state HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\n\r\n"))
                .startsWith("HTTP/1.1 403");
        assertThat(ask("GET /console/state HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\n\r\n"))
                .startsWith("HTTP/1.1 403");
    }

    @Test
    void click_ofTheConsolesOwnPage_withTheToken_isObeyed() throws IOException {
        console.command(clicks::add);
        String answer = click("http://localhost:1", "Bearer " + TOKEN, "application/json", PROMOTE);
        assertThat(answer).startsWith("HTTP/1.1 202");
        String id =
                JSON.readTree(answer.substring(answer.indexOf('{'))).get("id").asText();
        assertThat(clicks).containsExactly(new Click(id, "promote", "", false, "good", 3, "", false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rewind|since-champion|false",
                "rewind|tenant=someone else|true",
                "rewind|0:1200-1250,1:3-9|true",
                "rollback|since-champion|true",
                "rollback|since-champion|false"
            })
    void click_thatTakesTheTrainerBack_saysWhatIsPassedOver(String verb, String quarantine, boolean dryRun)
            throws IOException {
        console.command(clicks::add);
        String body = JSON.createObjectNode()
                .put("verb", verb)
                .put("revision", 3)
                .put("quarantine", quarantine)
                .put("dryRun", dryRun)
                .toString();
        assertThat(click("http://localhost:1", "Bearer " + TOKEN, "application/json", body))
                .startsWith("HTTP/1.1 202");
        assertThat(click("http://evil.example", "Bearer " + TOKEN, "application/json", body))
                .startsWith("HTTP/1.1 403");
        assertThat(click("http://localhost:1", "", "application/json", body)).startsWith("HTTP/1.1 401");
        assertThat(clicks).singleElement().satisfies(click -> {
            assertThat(click.verb()).isEqualTo(verb);
            assertThat(click.quarantine()).isEqualTo(quarantine);
            assertThat(click.dryRun()).isEqualTo(dryRun);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "http://evil.example, Bearer a-token-of-the-test, application/json, 403",
        "'', Bearer a-token-of-the-test, application/json, 403",
        "http://localhost:1, '', application/json, 401",
        "http://localhost:1, Bearer a-token-of-the-tesT, application/json, 401",
        "http://localhost:1, Bearer, application/json, 401",
        "http://localhost:1, Bearer a-token-of-the-test, text/plain, 403"
    })
    void click_ofAnybodyElse_isNot(String origin, String token, String type, int status) throws IOException {
        console.command(clicks::add);
        assertThat(click(origin, token, type, PROMOTE)).startsWith("HTTP/1.1 " + status);
        assertThat(clicks).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "null",
                "[1]",
                "{\"verb\":\"promote\"}",
                "{\"verb\":\"advance\",\"revision\":1}",
                "{\"verb\":\"start\",\"revision\":1}",
                "{\"verb\":\"start\",\"candidate\":\"../../x\",\"revision\":1}",
                "{\"verb\":\"abort\",\"candidate\":\"x\",\"revision\":1}",
                "{\"verb\":\"abort\",\"revision\":-1}",
                "{\"verb\":\"abort\",\"revision\":1e300}",
                "{\"verb\":\"abort\",\"revision\":1,\"more\":1}",
                "{\"verb\":\"rewind\",\"revision\":1}",
                "{\"verb\":\"rollback\",\"revision\":1,\"dryRun\":true}",
                "{\"verb\":\"abort\",\"revision\":1,\"quarantine\":\"since-champion\"}",
                "{\"verb\":\"abort\",\"revision\":1} {}",
                "{\"verb\":\"abort\",\"verb\":\"abort\",\"revision\":1}"
            })
    void click_thatIsNone_isRefused(String body) throws IOException {
        console.command(clicks::add);
        assertThat(click("http://localhost:1", "Bearer " + TOKEN, "application/json", body))
                .startsWith("HTTP/1.1 400");
        assertThat(clicks).isEmpty();
    }

    @Test
    void click_withoutATokenInTheConfiguration_isNeverObeyed() throws IOException {
        restart("");
        console.command(clicks::add);
        assertThat(click("http://localhost:1", "Bearer ", "application/json", PROMOTE))
                .startsWith("HTTP/1.1 403")
                .contains("read-only");
        assertThat(clicks).isEmpty();
        assertThat(JSON.readTree(body(get("/console/state", "localhost")))
                        .at("/rights/commands")
                        .asBoolean(true))
                .isFalse();
    }

    @Test
    void click_atAProcessThatCommandsNothing_isRefused() throws IOException {
        assertThat(click("http://localhost:1", "Bearer " + TOKEN, "application/json", PROMOTE))
                .startsWith("HTTP/1.1 409");
    }

    @Test
    void click_tooLarge_orWithoutALength_isNotRead() throws IOException {
        console.command(clicks::add);
        String head = "POST /console/rollout HTTP/1.1\r\nHost: localhost\r\n";
        assertThat(ask(head + "Content-Length: 1000000\r\n\r\n")).startsWith("HTTP/1.1 413");
        assertThat(ask(head + "\r\n")).startsWith("HTTP/1.1 411");
        assertThat(ask(head + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")).startsWith("HTTP/1.1 411");
        assertThat(ask("POST /console/state HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"))
                .startsWith("HTTP/1.1 405");
        assertThat(ask("GET /console/rollout HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .startsWith("HTTP/1.1 405")
                .contains("Allow: POST");
    }

    @Test
    void texts_areForWhoeverHasTheToken_orForAllWhereTheTopicsAreOpenAnyway() throws Exception {
        show(new Section(
                "answers",
                Duration.ofMillis(20),
                true,
                () -> JsonNodeFactory.instance.objectNode().put("secret", "a person's words")));
        String withToken =
                "GET /console/answers HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + TOKEN + "\r\n\r\n";
        await("the console has the answers")
                .atMost(PATIENCE)
                .pollInterval(LOOK_AGAIN)
                .until(() -> ask(withToken), shown -> shown.contains("a person's words"));
        assertThat(get("/console/answers", "localhost"))
                .startsWith("HTTP/1.1 401")
                .doesNotContain("words");
        assertThat(get("/console/state", "localhost"))
                .contains("\"texts\":{\"changed\"")
                .doesNotContain("words");
        console.showTexts();
        assertThat(get("/console/answers", "localhost")).contains("a person's words");
    }

    @Test
    void previewOfARewind_namesTenants_andIsForWhoeverHasTheToken() throws Exception {
        show(new Section(
                "rewind",
                Duration.ofMillis(20),
                true,
                () -> JsonNodeFactory.instance.objectNode().put("lines", "tenant someone: 3 records")));
        String withToken =
                "GET /console/rewind HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + TOKEN + "\r\n\r\n";
        await("the console has the preview")
                .atMost(PATIENCE)
                .pollInterval(LOOK_AGAIN)
                .until(() -> ask(withToken), shown -> shown.contains("tenant someone"));
        assertThat(get("/console/rewind", "localhost"))
                .startsWith("HTTP/1.1 401")
                .doesNotContain("someone");
    }

    @Test
    void judge_isShown_whereThisProcessHasOne() throws Exception {
        BufferedReader reader = events();
        assertThat(next(reader, "judge")).isEmpty();
        JudgeMeters judge = new JudgeMeters(telemetry.registry());
        judge.show(JudgeMeters.Of.CANDIDATE, new JudgeMeters.Figures(100, 0.25, 1.5, 1.25, 1.75));
        judge.recordAlarm(JudgeMeters.Check.LIKELIHOOD);
        GateMeters gate = new GateMeters(telemetry.registry());
        gate.recordComparison(GateMeters.Comparison.CHAMPION, -0.5, 0.25);
        gate.recordVerdict(GateMeters.Verdict.FAIL);

        JsonNode shown = next(reader, "judge");
        while (shown.at("/verdicts/fail").asInt() != 1) {
            shown = next(reader, "judge");
        }
        assertThat(shown).isEqualTo(JSON.readTree("""
                {"sides":{"candidate":{"answers":100.0,"failures":0.25,"estimate":1.5,"low":1.25,"high":1.75},"champion":{"answers":0.0}},
                 "alarms":{"failures":0.0,"latency":0.0,"likelihood":1.0},
                 "gate":{"best_champion":{},"champion":{"estimate":-0.5,"margin":0.25}},
                 "verdicts":{"fail":1.0,"hold":0.0,"pass":0.0}}"""));
    }

    @Test
    void events_beginWithAllThatIsKnown_andGoOnWithWhatChanges() throws Exception {
        BufferedReader reader = events();
        assertThat(next(reader, "curves").isArray()).isTrue();
        assertThat(next(reader, "stages").get("process").asText()).isEqualTo("pipeline");
        show(new Section(
                "snapshots",
                Duration.ofMillis(20),
                false,
                () -> JsonNodeFactory.instance.arrayNode().add("<script>alert(1)</script>\u202e")));
        assertThat(next(reader, "snapshots").get(0).asText()).startsWith("<script>");
    }

    @Test
    void section_thatCannotBeRead_saysWhy_inOneLine() throws Exception {
        BufferedReader reader = events();
        show(new Section("rollout", Duration.ofMillis(20), false, () -> {
            throw new IllegalStateException("no broker\nanswers");
        }));
        assertThat(next(reader, "rollout").get("problem").asText()).isEqualTo("no broker answers");
    }

    /** Its socket's buffers are full at some time, and no more waits in this process than the bound says. */
    @Test
    void reader_thatTakesNothing_isCutOff_andHoldsNobodyUp() throws Exception {
        BufferedReader good = events();
        Socket deaf = open();
        write(deaf, "GET /console/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
        String large = "x".repeat(200_000);
        AtomicInteger taken = new AtomicInteger();
        show(new Section(
                "snapshots",
                Duration.ofMillis(1),
                false,
                () -> JsonNodeFactory.instance.arrayNode().add(Math.min(MANY, taken.get() + 1) + large)));
        // More than the buffers of both ends and the bound; each once the good one has taken that before.
        for (int i = 1; i <= MANY; i++) {
            assertThat(next(good, "snapshots").get(0).asText()).isEqualTo(i + large);
            taken.set(i);
        }
        assertThat(remaining(deaf)).isLessThan((long) MANY * large.length());
    }

    @Test
    void pages_moreThanThereMayBe_closeTheOldest() throws Exception {
        List<BufferedReader> readers = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            readers.add(events());
            next(readers.get(i), "curves");
        }
        assertThat(readers.get(0).lines().count()).isGreaterThanOrEqualTo(0);
        next(readers.get(11), "stages");
        assertThat(get("/health/live", "anything")).startsWith("HTTP/1.1 200");
    }

    @Test
    void console_thatIsOff_orClosed_isNotThere() throws IOException {
        console.close();
        assertThat(get("/console", "localhost")).startsWith("HTTP/1.1 404");
        console = Console.start(new ConsoleConfig(false, ""), telemetry, "pipeline");
        assertThat(console.address()).isEmpty();
        assertThat(get("/console", "localhost")).startsWith("HTTP/1.1 404");
    }

    private void show(Section section) {
        console.show(section);
    }

    private void restart(String token) {
        console.close();
        telemetry.close();
        telemetry = Telemetry.start(new MonitoringConfig(true, "127.0.0.1", 0), Stage.PIPELINE);
        console = Console.start(new ConsoleConfig(true, token), telemetry, "pipeline");
    }

    private BufferedReader events() throws IOException {
        Socket socket = open();
        write(socket, "GET /console/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    }

    /** The data of the next event of that name. */
    private static JsonNode next(BufferedReader reader, String name) throws IOException {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            if (line.equals("event: " + name)) {
                return JSON.readTree(reader.readLine().substring("data: ".length()));
            }
        }
        throw new AssertionError("the stream ended without an event " + name);
    }

    private static long remaining(Socket socket) {
        long bytes = 0;
        byte[] some = new byte[1 << 16];
        try {
            for (int read = socket.getInputStream().read(some);
                    read >= 0;
                    read = socket.getInputStream().read(some)) {
                bytes += read;
            }
        } catch (IOException e) {
            // Reset: what came before is what there was.
        }
        return bytes;
    }

    private String click(String origin, String token, String type, String body) throws IOException {
        return ask("POST /console/rollout HTTP/1.1\r\nHost: localhost:1\r\n"
                + (origin.isEmpty() ? "" : "Origin: " + origin + "\r\n")
                + (token.isEmpty() ? "" : "Authorization: " + token + "\r\n")
                + "Content-Type: " + type + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    private String get(String path, String host) throws IOException {
        String field = host.isEmpty() ? "" : "Host: " + host + "\r\n";
        Socket socket = open();
        write(socket, "GET " + path + " HTTP/1.1\r\n" + field + "\r\n");
        if (path.endsWith("/events")) {
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)).readLine();
        }
        return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }

    private String ask(String request) throws IOException {
        Socket socket = open();
        write(socket, request);
        return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }

    private static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    private Socket open() throws IOException {
        URI address = telemetry.address().orElseThrow();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), address.getPort());
        sockets.add(socket);
        return socket;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(UTF_8));
    }
}

package io.stillstream.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.stillstream.contract.Topics;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.monitoring.traffic.CaptureDrop;
import io.stillstream.producer.capture.call.CallEnd;
import io.stillstream.producer.capture.call.CapturedCall;
import io.stillstream.producer.capture.call.CopiedBody;
import io.stillstream.producer.capture.call.FeedbackAnswer;
import io.stillstream.producer.redaction.Redaction;
import io.stillstream.producer.redaction.RedactionConfig;
import io.stillstream.producer.redaction.RedactionKey;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is taken, what is left out and counted, and what is answered to feedback; without a broker. */
@Timeout(60)
class CaptureTest {

    private final Telemetry telemetry =
            Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0, Duration.ofSeconds(5), 8), Stage.PRODUCER);

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        telemetry.close();
    }

    private Capture capture(CaptureConfig config) {
        return capture(config, RedactionConfig.defaults());
    }

    private Capture capture(CaptureConfig config, RedactionConfig redaction) {
        return Capture.start(
                config,
                0.1,
                Topics.defaults(),
                Map.of("bootstrap.servers", "127.0.0.1:1"),
                directory,
                Redaction.open(redaction, directory, telemetry),
                RedactionKey.open(redaction, directory),
                telemetry);
    }

    private Capture capture() {
        return capture(TestingConfig.queue(64 << 20, 32 << 20));
    }

    private long dropped(CaptureDrop reason) {
        return (long) telemetry
                .registry()
                .get("stillstream.capture.dropped")
                .tag("reason", reason.label())
                .counter()
                .count();
    }

    private long sum(String name) {
        return (long) telemetry.registry().get(name).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    private void awaitRead(long calls) {
        await(calls + " calls are captured or dropped")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(
                        () -> sum("stillstream.captured.prompts") + sum("stillstream.capture.dropped"),
                        read -> read >= calls);
    }

    private static TestingCalls numbered(int i) {
        return TestingCalls.chat()
                .answer(TestingCalls.ANSWER.replace("Oslo", "Oslo " + i).replace("0123456789", "%010d".formatted(i)));
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/chat/completions,true",
        "/v1/completions,true",
        "/v1/responses,true",
        "/v1/messages,true",
        "/openai/deployments/gpt/chat/completions,true",
        "/anthropic/v1/messages,true",
        "/v1/chat/completions/,true",
        "/v1/embeddings,false",
        "/v1/models,false",
        "/v1/messages/count_tokens,false",
        "/v1/threads/t/messages,false",
        "/v1/responses/resp_1/cancel,false",
        "/v1/feedback,false"
    })
    void path_ofACallThatAModelAnswersWithText_isWanted(String path, boolean wanted) {
        try (Capture capture = capture()) {
            assertThat(capture.wants(path, Map.of())).isEqualTo(wanted);
            assertThat(sum("stillstream.capture.dropped")).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"no", "No", " false ", "0", "off"})
    void optOut_isCounted(String value) {
        try (Capture capture = capture()) {
            assertThat(capture.wants("/v1/completions", Map.of("x-stillstream-capture", value)))
                    .isFalse();
            assertThat(dropped(CaptureDrop.OPT_OUT)).isEqualTo(1);
            assertThat(capture.wants("/v1/completions", Map.of("x-stillstream-capture", "yes")))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "500,COMPLETE,FAILED_CALL",
        "429,COMPLETE,FAILED_CALL",
        "302,COMPLETE,FAILED_CALL",
        "0,UPSTREAM_FAILED,FAILED_CALL",
        "0,CALLER_GONE,PARTIAL",
        "0,DEADLINE,FAILED_CALL"
    })
    void callWithoutAnAnswer_isCounted(int status, CallEnd end, CaptureDrop reason) {
        try (Capture capture = capture()) {
            TestingCalls call = TestingCalls.chat().ended(status, end);
            capture.offer((status == 0 ? call.answer("") : call).call());

            assertThat(dropped(reason)).isEqualTo(1);
        }
    }

    @Test
    void bodyThatWasNotCopiedWhole_isTooLarge() {
        try (Capture capture = capture()) {
            CapturedCall call = TestingCalls.chat().call();
            capture.offer(new CapturedCall(
                    call.path(),
                    call.upstream(),
                    call.headers(),
                    call.caller(),
                    call.request(),
                    new CopiedBody(new byte[0], false, "application/json", null),
                    200,
                    CallEnd.COMPLETE,
                    call.startedAt(),
                    call.firstByte(),
                    call.duration(),
                    null));

            assertThat(dropped(CaptureDrop.BODY_TOO_LARGE)).isEqualTo(1);
        }
    }

    @Test
    void kafkaAway_everyCallIsCapturedOrCounted() throws InterruptedException {
        Capture capture = capture(TestingConfig.queue(4 << 20, 4 << 20));
        int calls = 20_000;
        for (int i = 0; i < calls; i++) {
            capture.offer(numbered(i).caller("caller " + i % 3).call());
        }
        awaitRead(calls);
        long captured = sum("stillstream.captured.prompts");
        capture.close();

        assertThat(captured).isPositive();
        assertThat(dropped(CaptureDrop.UNDELIVERED)).isEqualTo(captured);
        assertThat(sum("stillstream.capture.dropped")).isEqualTo(calls);
        assertThat(dropped(CaptureDrop.INTERNAL_ERROR)).isZero();
        assertThat(dropped(CaptureDrop.DUPLICATE)).isZero();
    }

    @Test
    void promptThatCannotBeRedacted_isDropped() throws InterruptedException {
        RedactionConfig usual = RedactionConfig.defaults();
        var tooShort =
                new RedactionConfig(true, usual.detectors(), "", usual.phoneRegions(), 10, usual.timeLimit(), "");
        try (Capture capture = capture(TestingConfig.queue(64 << 20, 32 << 20), tooShort)) {
            capture.offer(TestingCalls.chat().call());
            awaitRead(1);

            assertThat(dropped(CaptureDrop.REDACTION)).isEqualTo(1);
            assertThat(sum("stillstream.captured.prompts")).isZero();
            assertThat(sum("stillstream.redaction.failures")).isPositive();
        }
    }

    @Test
    void queue_oneTenant_leavesRoomForOthers() {
        var queue = new CallQueue(100_000, 0.5);
        long taken = IntStream.range(0, 1000)
                .filter(i -> queue.offer(
                                new CallQueue.Waiting(TestingCalls.chat().call(), "a"))
                        .isEmpty())
                .count();

        assertThat(queue.bytes()).isBetween(40_000L, 50_000L);
        assertThat(queue.offer(new CallQueue.Waiting(TestingCalls.chat().call(), "a")))
                .contains(CaptureDrop.TENANT_QUEUE);
        assertThat(queue.offer(new CallQueue.Waiting(TestingCalls.chat().call(), "b")))
                .isEmpty();
        assertThat(queue.clear()).isEqualTo((int) taken + 1);
        assertThat(queue.bytes()).isZero();
    }

    @Test
    void queue_full_refusesEverybody() {
        var queue = new CallQueue(10_000, 1);
        while (queue.offer(new CallQueue.Waiting(TestingCalls.chat().call(), "a"))
                .isEmpty()) {
            assertThat(queue.bytes()).isLessThanOrEqualTo(10_000);
        }

        assertThat(queue.offer(new CallQueue.Waiting(TestingCalls.chat().call(), "b")))
                .contains(CaptureDrop.QUEUE_FULL);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{ | the feedback is not JSON",
                "[] | no JSON object",
                "{\"response_id\": \"r\"} | says nothing",
                "{\"score\": 1} | names no call",
                "{\"response_id\": \"r\", \"conversation_id\": \"c\", \"score\": 1} | a call twice",
                "{\"response_id\": \"r\", \"score\": 1.5} | score is '1.5'; expected a number from 0",
                "{\"response_id\": \"r\", \"score\": \"good\"} | score is 'good'",
                "{\"response_id\": \"r\", \"correction\": \" \"} | correction is blank",
                "{\"response_id\": 3, \"score\": 1} | response_id is no string",
                "{\"response_id\": \"r\", \"score\": 1, \"rating\": 5} | the key 'rating'"
            })
    void feedback_notUnderstood_isAnsweredWithTheReason(String json, String reason) {
        try (Capture capture = capture()) {
            FeedbackAnswer answer = capture.feedback(TestingCalls.bytes(json), Map.of(), null);

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json()).contains("\"error\"").contains(reason.replace("\"", "\\\""));
            assertThat((long) telemetry
                            .registry()
                            .get("stillstream.feedback")
                            .tag("outcome", "rejected")
                            .counter()
                            .count())
                    .isEqualTo(1);
        }
    }

    @Test
    void feedback_isTakenFromTheSameTenantAlone() throws InterruptedException {
        try (Capture capture = capture()) {
            capture.offer(TestingCalls.chat().caller("a").call());
            awaitRead(1);
            byte[] bad = TestingCalls.bytes("{\"response_id\": \"chatcmpl-0123456789abcdef\", \"score\": 0}");

            assertThat(capture.feedback(bad, Map.of(), "b").status()).isEqualTo(404);
            assertThat(capture.feedback(bad, Map.of(), "a").status()).isEqualTo(202);
            capture.offer(numbered(1).caller("a").call());
            capture.offer(numbered(2).caller("b").call());
            awaitRead(3);
            assertThat(dropped(CaptureDrop.BAD_SCORE)).isEqualTo(1);

            assertThat(capture.feedback(
                                    TestingCalls.bytes(new String(bad, java.nio.charset.StandardCharsets.UTF_8)
                                            .replace(": 0}", ": 1}")),
                                    Map.of(),
                                    "a")
                            .status())
                    .isEqualTo(202);
            capture.offer(numbered(3).caller("a").call());
            awaitRead(4);
            assertThat(dropped(CaptureDrop.BAD_SCORE)).isEqualTo(1);
        }
    }

    @Test
    void recentPrompts_areBoundedInBytes() {
        var recent = new RecentPrompts(Duration.ofHours(1), 10_000, Clock.systemUTC());
        for (int i = 0; i < 100; i++) {
            recent.add("c", List.of("c", "r" + i), new byte[500]);
        }

        assertThat(recent.find("r99")).isNotNull().isSameAs(recent.find("c"));
        assertThat(recent.find("r91")).isNotNull();
        assertThat(recent.find("r80")).isNull();
    }
}

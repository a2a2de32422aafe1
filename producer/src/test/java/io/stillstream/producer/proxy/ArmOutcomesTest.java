package io.stillstream.producer.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rollout.Arm;
import io.stillstream.contract.rollout.RolloutPhase;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutStep;
import io.stillstream.contract.rollout.ServedOutcome;
import io.stillstream.contract.rollout.SnapshotReference;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is told of arms, what a caller sees of one that fails, and copies to a candidate. */
final class ArmOutcomesTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    /** Of silent servers; those that answer have it too, on a machine that is busy. */
    private static final Duration PATIENT = Duration.ofSeconds(2);

    private static final String CHAMPION = "0000000001-0123456789ab";
    private static final String CANDIDATE = "0000000002-0123456789ab";
    private static final String NEWER = "0000000003-0123456789ab";
    private static final String BODY = "{\"model\":\"gpt-5\",\"messages\":[]}";
    private static final RolloutStep ALL = RolloutStep.share(RolloutStep.ALL, Duration.ZERO);
    private static final RolloutStep SHADOW = RolloutStep.shadow(Duration.ZERO);

    private RawUpstream production;
    private RawUpstream champion;

    @BeforeEach
    void start() throws Exception {
        production = RawUpstream.answering(answer("{\"id\":\"p\",\"model\":\"gpt-5\"}"));
        champion = RawUpstream.answering(answer("{\"id\":\"c\",\"model\":\"student\"}"));
    }

    @AfterEach
    void stop() throws Exception {
        production.close();
        champion.close();
    }

    @Test
    void canary_thatFails_andTheChampionThatAnswers_areToldBoth() throws Exception {
        try (RawUpstream canary = RawUpstream.answering("HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno");
                TestingProxy proxy = TestingProxy.sharing(production, champion, canary, LONG)) {
            proxy.rollout(state(ALL));
            assertThat(call(proxy, BODY)).endsWith("{\"id\":\"c\",\"model\":\"student\"}");

            ServedOutcome failed = proxy.nextOutcome();
            assertThat(failed.arm()).isEqualTo(Arm.CANARY);
            assertThat(failed.snapshot()).isEqualTo(CANDIDATE);
            assertThat(failed.failure()).isEqualTo("status-500");
            assertThat(failed.retriedElsewhere()).isTrue();
            assertThat(failed.firstByteMillis()).isEqualTo(ServedOutcome.NO_BYTE);
            ServedOutcome answered = proxy.nextOutcome();
            assertThat(answered.arm()).isEqualTo(Arm.CHAMPION);
            assertThat(answered.isOk()).isTrue();
            assertThat(answered.snapshot()).isEqualTo(CHAMPION);
            assertThat(answered.responseId()).isEqualTo("c");
            assertThat(answered.conversation()).isEqualTo("c1");
            assertThat(answered.tenant()).isEqualTo("acme");
            assertThat(proxy.nextCall().student()).isEqualTo(CHAMPION);
        }
    }

    @Test
    void answer_thatNamesAnotherSnapshot_isOfThat() throws Exception {
        try (RawUpstream canary = RawUpstream.answering(answer("{\"id\":\"x\",\"model\":\"" + NEWER + "\"}"));
                TestingProxy proxy = TestingProxy.sharing(production, champion, canary, LONG)) {
            proxy.rollout(state(ALL));
            assertThat(call(proxy, BODY)).endsWith(NEWER + "\"}");
            assertThat(proxy.nextOutcome().snapshot()).isEqualTo(NEWER);
        }
    }

    /** Its status was a success, and still the caller has seen nothing. */
    @Test
    void canary_thatBreaksOffBeforeItsFirstByte_isFollowedByTheChampion() throws Exception {
        try (RawUpstream canary = new RawUpstream((request, connection) -> {
                    RawUpstream.write(
                            connection.getOutputStream(),
                            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
                    Thread.sleep(50);
                    connection.close();
                });
                TestingProxy proxy = TestingProxy.sharing(production, champion, canary, LONG)) {
            proxy.rollout(state(ALL));
            assertThat(call(proxy, BODY))
                    .startsWith("HTTP/1.1 200")
                    .doesNotContain("event-stream")
                    .endsWith("{\"id\":\"c\",\"model\":\"student\"}");
            assertThat(proxy.nextOutcome().failure()).isEqualTo("broken-off");
            assertThat(proxy.nextOutcome().arm()).isEqualTo(Arm.CHAMPION);
        }
    }

    @Test
    void canary_thatSaysNothingAfterItsHeaders_isFollowedByTheChampion() throws Exception {
        try (RawUpstream canary = RawUpstream.answering(
                        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
                TestingProxy proxy = TestingProxy.sharing(production, champion, canary, PATIENT)) {
            proxy.rollout(state(ALL));
            assertThat(call(proxy, BODY)).endsWith("{\"id\":\"c\",\"model\":\"student\"}");
            assertThat(proxy.nextOutcome().failure()).isEqualTo("timeout");
            canary.nextClosed();
        }
    }

    /** A port that is another server's by now answers with success. */
    @ParameterizedTest
    @CsvSource({
        "empty, 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'",
        "empty, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'",
        "empty, 'HTTP/1.1 204 No Content\r\n\r\n'",
        "content-type, 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<p/>'",
    })
    void canary_thatAnswersWithNothingOrAPage_isFollowedByTheChampion(String failure, String bytes) throws Exception {
        try (RawUpstream canary = RawUpstream.answering(bytes);
                TestingProxy proxy = TestingProxy.sharing(production, champion, canary, LONG)) {
            proxy.rollout(state(ALL));
            assertThat(call(proxy, BODY)).endsWith("{\"id\":\"c\",\"model\":\"student\"}");
            ServedOutcome outcome = proxy.nextOutcome();
            assertThat(outcome.failure()).isEqualTo(failure);
            assertThat(outcome.retriedElsewhere()).isTrue();

            proxy.rollout(state(SHADOW));
            assertThat(call(proxy, BODY)).endsWith("{\"id\":\"c\",\"model\":\"student\"}");
            assertThat(shadowOutcome(proxy).failure()).isEqualTo(failure);
        }
    }

    /** Jetty reads interim answers for as long as they come, and holds what it makes of each. */
    @Test
    void canary_thatSendsInterimAnswersAlone_isClosedAndFollowedByTheChampion() throws Exception {
        byte[] interim = "HTTP/1.1 102 Processing\r\n\r\n".repeat(1_000).getBytes(StandardCharsets.ISO_8859_1);
        try (RawUpstream canary = new RawUpstream((request, connection) -> {
                    while (true) {
                        connection.getOutputStream().write(interim);
                    }
                });
                TestingProxy proxy = TestingProxy.sharing(production, champion, canary, LONG)) {
            proxy.rollout(state(ALL));
            assertThat(call(proxy, BODY)).endsWith("{\"id\":\"c\",\"model\":\"student\"}");
            assertThat(proxy.nextOutcome().failure()).isEqualTo("broken-off");
        }
    }

    @Test
    void answer_afterInterimAnswers_isPassedOn() throws Exception {
        try (RawUpstream canary = RawUpstream.answering("HTTP/1.1 102 Processing\r\n\r\n".repeat(500)
                        + answer("{\"id\":\"x\",\"model\":\"student\"}"));
                TestingProxy proxy = TestingProxy.sharing(production, champion, canary, LONG)) {
            proxy.rollout(state(ALL));
            for (int i = 0; i < 4; i++) {
                assertThat(call(proxy, BODY)).endsWith("{\"id\":\"x\",\"model\":\"student\"}");
            }
        }
    }

    /** Longer than an unused connection is kept, and than an answer may take to begin. */
    @Test
    void shadow_answerThatTakesLong_isAsGoodAsOneInNoTime() throws Exception {
        try (RawUpstream canary = new RawUpstream((request, connection) -> {
                    Thread.sleep(PATIENT.toMillis() / 2);
                    RawUpstream.write(
                            connection.getOutputStream(),
                            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{");
                    Thread.sleep(PATIENT.toMillis() * 3);
                    RawUpstream.write(connection.getOutputStream(), "\"id\":\"s\"} \n");
                });
                TestingProxy proxy = TestingProxy.sharing(production, champion, canary, PATIENT)) {
            proxy.rollout(state(SHADOW));
            assertThat(call(proxy, BODY)).endsWith("{\"id\":\"c\",\"model\":\"student\"}");
            assertThat(shadowOutcome(proxy).isOk()).isTrue();
        }
    }

    @Test
    void shadow_answerThatDoesNotBegin_isAFailure() throws Exception {
        try (RawUpstream canary = RawUpstream.answering("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n");
                TestingProxy proxy = TestingProxy.sharing(production, champion, canary, PATIENT)) {
            proxy.rollout(state(SHADOW));
            assertThat(call(proxy, BODY)).endsWith("{\"id\":\"c\",\"model\":\"student\"}");
            assertThat(shadowOutcome(proxy).failure()).isEqualTo("timeout");
            canary.nextClosed();
        }
    }

    /** The next one of a copy: those of calls come in between. */
    private static ServedOutcome shadowOutcome(TestingProxy proxy) throws Exception {
        ServedOutcome outcome = proxy.nextOutcome();
        while (!outcome.shadow()) {
            outcome = proxy.nextOutcome();
        }
        return outcome;
    }

    @Test
    void canary_thatBreaksOffLater_isToldAndNotFollowed() throws Exception {
        try (RawUpstream canary = new RawUpstream((request, connection) -> {
                    RawUpstream.write(connection.getOutputStream(), "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
                    connection.close();
                });
                TestingProxy proxy = TestingProxy.sharing(production, champion, canary, LONG)) {
            proxy.rollout(state(ALL));
            assertThat(call(proxy, BODY)).endsWith("half");
            ServedOutcome outcome = proxy.nextOutcome();
            assertThat(outcome.failure()).isEqualTo("broken-off");
            assertThat(outcome.retriedElsewhere()).isFalse();
            assertThat(champion.requests()).isZero();
        }
    }

    @Test
    void canary_whoseLogitsAreNotFinite_isToldAsThat_andFollowedByTheChampion() throws Exception {
        try (RawUpstream canary = RawUpstream.answering(
                        "HTTP/1.1 500 No\r\nx-stillstream-failure: not-finite\r\nContent-Length: 2\r\n\r\nno");
                TestingProxy proxy = TestingProxy.sharing(production, champion, canary, LONG)) {
            proxy.rollout(state(ALL));
            assertThat(call(proxy, BODY)).endsWith("{\"id\":\"c\",\"model\":\"student\"}");
            ServedOutcome outcome = proxy.nextOutcome();
            assertThat(outcome.failure()).isEqualTo("not-finite");
            assertThat(outcome.retriedElsewhere()).isTrue();
        }
    }

    /** Told by the event before which the answer broke off; what a text says of codes is no such event. */
    @ParameterizedTest
    @CsvSource({
        "not-finite, 'data: {\"error\":{\"message\":\"m\",\"param\":null,\"code\":\"not_finite\"}}'",
        "broken-off, 'data: {\"choices\":[{\"text\":\"\\\"code\\\":\\\"not_finite\\\"\"}]}'"
    })
    void canary_whoseLogitsAreNotFiniteLater_isToldAsThat(String failure, String event) throws Exception {
        try (RawUpstream canary = new RawUpstream((request, connection) -> {
                    RawUpstream.write(
                            connection.getOutputStream(),
                            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    + Integer.toHexString(event.length() + 2) + "\r\n" + event + "\n\n\r\n");
                    connection.close();
                });
                TestingProxy proxy = TestingProxy.sharing(production, champion, canary, LONG)) {
            proxy.rollout(state(ALL));
            assertThat(call(proxy, BODY)).contains(event);
            assertThat(proxy.nextOutcome().failure()).isEqualTo(failure);
        }
    }

    @Test
    void canary_thatDoesNotServeSuchCalls_isNoFailure_andNoOtherStudentIsAsked() throws Exception {
        try (RawUpstream canary = RawUpstream.answering("HTTP/1.1 400 No\r\nContent-Length: 2\r\n\r\nno");
                TestingProxy proxy = TestingProxy.sharing(production, champion, canary, LONG)) {
            proxy.rollout(state(ALL));
            assertThat(call(proxy, BODY)).endsWith("{\"id\":\"p\",\"model\":\"gpt-5\"}");
            ServedOutcome outcome = proxy.nextOutcome();
            assertThat(outcome.arm()).isEqualTo(Arm.PRODUCTION);
            assertThat(outcome.snapshot()).isEmpty();
            assertThat(champion.requests()).isZero();
            assertThat(proxy.nextCall().student()).isNull();
        }
    }

    @Test
    void shadow_candidateThatHangs_delaysNobody_andGetsNoMoreThanItMay() throws Exception {
        var held = new CountDownLatch(1);
        try (RawUpstream canary = new RawUpstream((request, connection) -> {
                    held.await();
                    RawUpstream.write(connection.getOutputStream(), answer("{\"id\":\"s\"}"));
                });
                TestingProxy proxy = TestingProxy.sharing(production, champion, canary, LONG)) {
            proxy.rollout(state(SHADOW));
            for (int i = 0; i < 4; i++) {
                assertThat(call(proxy, BODY)).endsWith("{\"id\":\"c\",\"model\":\"student\"}");
                ServedOutcome outcome = proxy.nextOutcome();
                assertThat(outcome.arm()).isEqualTo(Arm.CHAMPION);
                assertThat(outcome.shadow()).isFalse();
            }
            assertThat(canary.next().text()).isEqualTo(BODY.replace("gpt-5", "student"));
            assertThat(canary.next().headers()).noneMatch(header -> header.contains("sk-of-production"));
            // A copy is offered once the call is on its way, and so may be counted after its answer has come.
            await("two copies are dropped")
                    .atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(20))
                    .untilAsserted(() -> assertThat(shadows(proxy, "dropped")).isEqualTo(2));
            assertThat(canary.requests()).isZero();

            held.countDown();
            ServedOutcome copy = proxy.nextOutcome();
            assertThat(copy.shadow()).isTrue();
            assertThat(copy.arm()).isEqualTo(Arm.CANARY);
            assertThat(copy.snapshot()).isEqualTo(CANDIDATE);
            assertThat(copy.responseId()).isEqualTo("s");
            assertThat(copy.isOk()).isTrue();
        }
    }

    @Test
    void shadow_callWithTools_isNotCopied() throws Exception {
        try (RawUpstream canary = RawUpstream.answering(answer("{}"));
                TestingProxy proxy = TestingProxy.sharing(production, champion, canary, LONG)) {
            proxy.rollout(state(SHADOW));
            assertThat(call(proxy, "{\"model\":\"gpt-5\",\"tools\":[{}]}")).contains("\"p\"");
            assertThat(call(proxy, BODY)).contains("\"c\"");
            assertThat(canary.next().text()).doesNotContain("tools");
            assertThat(canary.requests()).isZero();
        }
    }

    private static double shadows(TestingProxy proxy, String outcome) {
        return proxy.telemetry()
                .registry()
                .get("stillstream.proxy.shadow.requests")
                .tag("outcome", outcome)
                .counter()
                .count();
    }

    private static RolloutState state(RolloutStep step) {
        return new RolloutState(
                1,
                RolloutPhase.PROGRESSING,
                new SnapshotReference(CHAMPION, Digests.sha256("a")),
                null,
                new SnapshotReference(CANDIDATE, Digests.sha256("b")),
                List.of(step),
                0,
                false,
                0,
                0,
                Instant.EPOCH,
                Set.of(),
                0,
                1,
                Digests.sha256("c"));
    }

    private static String call(TestingProxy proxy, String body) throws Exception {
        return new String(
                proxy.exchange("POST /openai/v1/chat/completions HTTP/1.1\r\nHost: p\r\nConnection: close\r\n"
                        + "Authorization: Bearer sk-of-production\r\nx-conversation-id: c1\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body),
                StandardCharsets.ISO_8859_1);
    }

    private static String answer(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }
}

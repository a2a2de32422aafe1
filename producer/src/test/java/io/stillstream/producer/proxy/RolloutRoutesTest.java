package io.stillstream.producer.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rollout.Bucket;
import io.stillstream.contract.rollout.RolloutPhase;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutStep;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.producer.ProducerException;
import io.stillstream.producer.capture.call.CallEnd;
import io.stillstream.producer.capture.call.CapturedCall;
import io.stillstream.producer.proxy.config.ProxyConfig;
import io.stillstream.producer.proxy.config.RolloutRouting;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who answers a call, as the rollout has it, and who does where that one fails. */
final class RolloutRoutesTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    /** Of silent servers; those that answer have it too, on a machine that is busy. */
    private static final Duration PATIENT = Duration.ofSeconds(2);

    private static final String PATH = "/openai/v1/chat/completions?a=%20b";
    private static final String BODY = "{\"messages\": [{\"model\":\"x\"}],  \"model\" : \"gpt-5\", \"n\":1.50}";

    private RawUpstream production;
    private RawUpstream champion;

    @BeforeEach
    void start() throws Exception {
        production = RawUpstream.answering(answer(200, "production"));
        champion = RawUpstream.answering(answer(200, "champion"));
    }

    @AfterEach
    void stop() throws Exception {
        production.close();
        champion.close();
    }

    @Test
    void call_sharesThatGrow_goesWhereItsConversationDoes() throws Exception {
        try (RawUpstream canary = RawUpstream.answering(answer(200, "canary"));
                TestingProxy proxy = TestingProxy.sharing(production, champion, canary, LONG)) {
            Set<String> served = new HashSet<>();
            for (int buckets : new int[] {0, 100, 2_500, 5_000, 10_000}) {
                proxy.rollout(state(true, buckets));
                for (int i = 0; i < 40; i++) {
                    String conversation = "c" + i;
                    boolean canaries = Bucket.of(conversation) < buckets;
                    assertThat(call(proxy, conversation, BODY)).isEqualTo(canaries ? "canary" : "champion");
                    assertThat(canaries || !served.contains(conversation)).isTrue();
                    if (canaries) {
                        served.add(conversation);
                    }
                }
            }
            assertThat(served).hasSize(40);
            proxy.rollout(state(true, 0));
            assertThat(call(proxy, "c1", BODY)).isEqualTo("champion");
        }
    }

    @Test
    void call_ofAStudent_isTheSameButForItsModelAndItsKey() throws Exception {
        try (RawUpstream canary = RawUpstream.answering(answer(200, "canary"));
                TestingProxy proxy = TestingProxy.sharing(production, champion, canary, LONG)) {
            proxy.rollout(state(false, 10_000));
            assertThat(call(proxy, "c", BODY)).isEqualTo("canary");
            RawUpstream.Received received = canary.next();
            assertThat(received.target()).isEqualTo("/v1/chat/completions?a=%20b");
            assertThat(received.text())
                    .isEqualTo("{\"messages\": [{\"model\":\"x\"}],  \"model\" : \"student\", \"n\":1.50}");
            assertThat(received.headers())
                    .contains("X-Own: kept")
                    .noneMatch(header -> header.toLowerCase(Locale.ROOT).startsWith("authorization"));
            CapturedCall captured = proxy.nextCall();
            assertThat(captured.request().bytes())
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo(BODY);
            assertThat(captured.student()).isEqualTo("0000000002-b");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"model\":\"other-model\"}",
                "{\"model\":\"gpt-5\",\"tools\":[{}]}",
                "{\"messages\":[]}",
                "{\"model\":7}",
                "no JSON"
            })
    void call_notForAStudent_goesToProductionAsItIs(String body) throws Exception {
        try (RawUpstream canary = RawUpstream.answering(answer(200, "canary"));
                TestingProxy proxy = TestingProxy.sharing(production, champion, canary, LONG)) {
            proxy.rollout(state(true, 10_000));
            assertThat(call(proxy, "c", body)).isEqualTo("production");
            assertThat(production.next().text()).isEqualTo(body);
        }
    }

    @Test
    void call_longerThanAStudentsMayBe_goesToProductionAsItIs() throws Exception {
        try (RawUpstream canary = RawUpstream.answering(answer(200, "canary"));
                TestingProxy proxy = TestingProxy.sharing(production, champion, canary, LONG)) {
            proxy.rollout(state(true, 10_000));
            String body = "{\"model\":\"gpt-5\",\"prompt\":\"" + "a".repeat(100_000) + "\"}";
            assertThat(call(proxy, "c", body)).isEqualTo("production");
            assertThat(production.next().text()).isEqualTo(body);
        }
    }

    @Test
    void call_whileNobodyKnowsOfARollout_goesToProduction() throws Exception {
        try (RawUpstream canary = RawUpstream.answering(answer(200, "canary"));
                TestingProxy proxy = TestingProxy.sharing(production, champion, canary, LONG)) {
            for (RolloutState state : new RolloutState[] {null, RolloutState.initial(), state(false, 0)}) {
                proxy.rollout(state);
                assertThat(call(proxy, "c", BODY)).isEqualTo("production");
            }
            proxy.rollout(state(true, 10_000));
            assertThat(text(proxy.exchange("GET /openai/v1/models HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n")))
                    .endsWith("production");
            assertThat(text(proxy.exchange("GET /v1/models HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n")))
                    .as("a student's server is nobody's by its path")
                    .contains("path_not_served");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 503, 429, 302})
    void canary_thatFails_isFollowedByTheChampion(int status) throws Exception {
        try (RawUpstream canary = RawUpstream.answering(answer(status, "sorry"));
                TestingProxy proxy = TestingProxy.sharing(production, champion, canary, LONG)) {
            proxy.rollout(state(true, 10_000));
            assertThat(call(proxy, "c", BODY)).isEqualTo("champion");
            assertThat(proxy.nextCall().upstream()).isEqualTo("champion");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 413, 422})
    void canary_thatDoesNotServeSuchCalls_isFollowedByProduction(int status) throws Exception {
        try (RawUpstream canary = RawUpstream.answering(answer(status, "not supported"));
                TestingProxy proxy = TestingProxy.sharing(production, champion, canary, LONG)) {
            proxy.rollout(state(true, 10_000));
            assertThat(call(proxy, "c", BODY)).isEqualTo("production");
            assertThat(production.next().text()).isEqualTo(BODY);
        }
    }

    @Test
    void students_thatAllFail_areFollowedByProduction() throws Exception {
        try (RawUpstream canary = RawUpstream.answering(answer(500, "sorry"));
                RawUpstream broken = RawUpstream.answering(answer(503, "no snapshot"));
                TestingProxy proxy = TestingProxy.sharing(production, broken, canary, LONG)) {
            proxy.rollout(state(true, 10_000));
            assertThat(call(proxy, "c", BODY)).isEqualTo("production");
        }
    }

    @Test
    void canary_thatIsNotThere_orSaysNothing_isFollowedByTheChampion() throws Exception {
        try (RawUpstream silent = RawUpstream.answering("");
                TestingProxy proxy = TestingProxy.sharing(production, champion, silent, PATIENT)) {
            proxy.rollout(state(true, 10_000));
            assertThat(call(proxy, "c", BODY)).isEqualTo("champion");
            silent.nextClosed();
        }
        try (RawUpstream breaking = new RawUpstream((request, connection) -> connection.close());
                TestingProxy proxy = TestingProxy.sharing(production, champion, breaking, LONG)) {
            proxy.rollout(state(true, 10_000));
            assertThat(call(proxy, "c", BODY)).isEqualTo("champion");
        }
        RawUpstream gone = RawUpstream.answering("");
        gone.close();
        try (TestingProxy proxy = TestingProxy.sharing(production, champion, gone, LONG)) {
            proxy.rollout(state(true, 10_000));
            assertThat(call(proxy, "c", BODY)).isEqualTo("champion");
        }
    }

    @Test
    void canary_thatBreaksOffAfterItBegan_isSeenByTheCaller() throws Exception {
        try (RawUpstream canary = new RawUpstream((request, connection) -> {
                    RawUpstream.write(
                            connection.getOutputStream(), "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
                    connection.close();
                });
                TestingProxy proxy = TestingProxy.sharing(production, champion, canary, LONG)) {
            proxy.rollout(state(true, 10_000));
            assertThat(call(proxy, "c", BODY)).isEqualTo("half");
            assertThat(proxy.nextCall().end()).isEqualTo(CallEnd.UPSTREAM_FAILED);
            assertThat(champion.requests()).isZero();
        }
    }

    @Test
    void start_rolloutOfAnUpstreamThatIsNone_namesIt() {
        ProxyConfig plain = TestingProxy.config(production);
        var config = new ProxyConfig(
                plain.host(),
                0,
                "",
                plain.tls(),
                plain.upstreams(),
                new RolloutRouting("champion", "canary", "student", List.of(), 4096, LONG, LONG, 1, 1),
                plain.connectTimeout(),
                plain.firstByteTimeout(),
                plain.idleTimeout(),
                plain.upstreamKeepAlive(),
                plain.drainTimeout(),
                plain.maxConnections(),
                plain.maxHeaderBytes(),
                plain.copyBudgetBytes(),
                plain.modelScanBytes());
        assertThatThrownBy(() -> new TestingProxy(config))
                .isInstanceOf(ProducerException.class)
                .hasMessage(
                        "proxy.rollout names the upstream 'champion', which is none of proxy.upstreams; expected main");
    }

    private static RolloutState state(boolean withChampion, int buckets) {
        SnapshotReference reigning = withChampion ? new SnapshotReference("0000000001-a", Digests.sha256("a")) : null;
        boolean candidate = buckets > 0;
        return new RolloutState(
                1,
                candidate ? RolloutPhase.PROGRESSING : RolloutPhase.HEALTHY,
                reigning,
                null,
                candidate ? new SnapshotReference("0000000002-b", Digests.sha256("b")) : null,
                candidate ? List.of(RolloutStep.share(buckets, Duration.ZERO)) : List.of(),
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

    private static String call(TestingProxy proxy, String conversation, String body) throws Exception {
        String answered = text(proxy.exchange("POST " + PATH + " HTTP/1.1\r\nHost: p\r\nConnection: close\r\n"
                + "Authorization: Bearer sk-of-production\r\nX-Own: kept\r\nx-conversation-id: " + conversation
                + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body));
        return answered.substring(answered.indexOf("\r\n\r\n") + 4);
    }

    private static String answer(int status, String body) {
        return "HTTP/1.1 " + status + " Status\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}

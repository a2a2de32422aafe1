package io.stillstream.producer.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.stillstream.configuration.InvalidSettingException;
import io.stillstream.producer.proxy.body.ModelScan;
import io.stillstream.producer.proxy.config.UpstreamConfig;
import io.stillstream.producer.proxy.upstream.Upstream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UpstreamChoiceTest {

    private static UpstreamConfig upstream(RawUpstream at, String path, String... models) {
        return new UpstreamConfig(at.url(), path, List.of(models), "", "authorization");
    }

    private static String answer(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static String post(String path, String body) {
        return "POST " + path + " HTTP/1.1\r\nHost: p\r\nConnection: close\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/chat/completions    | {'model':'gpt-5'}                          | exact",
                "/v1/chat/completions    | {'messages':[{'model':'x'}],'model':'gpt-5-mini'} | begins",
                "/v1/chat/completions    | {'a':{'model':'gpt-5'},'model':'llama'}    | all",
                "/v1/chat/completions    | {'messages':[]}                            | all",
                "/v1/chat/completions    | no JSON                                    | all",
                "/own/v1/chat/completions| {'model':'gpt-5'}                          | path",
                "/own                    | {'model':'gpt-5'}                          | path",
                "/owner/v1               | {'model':'gpt-5'}                          | exact"
            })
    void call_modelAndPath_decide(String path, String body, String expected) throws Exception {
        try (RawUpstream exact = RawUpstream.answering(answer("exact"));
                RawUpstream begins = RawUpstream.answering(answer("begins"));
                RawUpstream all = RawUpstream.answering(answer("all"));
                RawUpstream own = RawUpstream.answering(answer("path"));
                TestingProxy proxy = new TestingProxy(TestingProxy.config(Map.of(
                        "exact", upstream(exact, "", "gpt-5"),
                        "begins", upstream(begins, "", "gpt-*", "gpt-5-*"),
                        "all", upstream(all, ""),
                        "own", upstream(own, "/own"))))) {
            String request = post(path.strip(), body.strip().replace('\'', '"'));
            assertThat(text(proxy.exchange(request))).endsWith("\r\n\r\n" + expected);
            if (expected.equals("path")) {
                assertThat(own.next().target())
                        .isEqualTo(
                                path.strip().equals("/own") ? "/" : path.strip().substring(4));
            }
        }
    }

    @Test
    void call_modelThatNobodyServes_isRefusedByName() throws Exception {
        try (RawUpstream one = RawUpstream.answering(answer("one"));
                RawUpstream two = RawUpstream.answering(answer("two"));
                TestingProxy proxy = new TestingProxy(
                        TestingProxy.config(Map.of("one", upstream(one, "", "a"), "two", upstream(two, "", "b"))))) {
            assertThat(text(proxy.exchange(post("/v1/chat/completions", "{\"model\":\"c\\u001b\"}"))))
                    .startsWith("HTTP/1.1 404 Not Found\r\n")
                    .contains("{\"error\":{\"message\":\"No upstream of the proxy serves the model 'c\\u001B'.\",")
                    .contains("\"code\":\"model_not_found\"");
            assertThat(text(proxy.exchange("GET /v1/models HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n")))
                    .endsWith("one");
        }
    }

    /** The model is known before the body has come: nothing of it waits for the rest. */
    @Test
    void call_modelAtTheBeginning_isSentOnBeforeItsEnd() throws Exception {
        try (RawUpstream one = RawUpstream.answering(answer("one"));
                RawUpstream two = RawUpstream.answering(answer("two"));
                TestingProxy proxy = new TestingProxy(
                        TestingProxy.config(Map.of("one", upstream(one, "", "a"), "two", upstream(two, "", "b"))));
                var socket = proxy.connect()) {
            String body = "{\"model\":\"b\",\"messages\":[]}";
            RawUpstream.write(
                    socket.getOutputStream(),
                    "POST /v1/chat/completions HTTP/1.1\r\nHost: p\r\nContent-Length: " + body.length() + "\r\n\r\n"
                            + body.substring(0, 13));
            await("the upstream is connected to")
                    .atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> two.connections() > 0);
            RawUpstream.write(socket.getOutputStream(), body.substring(13));
            assertThat(RawUpstream.read(socket.getInputStream()).text()).isEqualTo("two");
            assertThat(two.next().text()).isEqualTo(body);
            assertThat(text(proxy.nextCall().request().bytes())).isEqualTo(body);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "https://api.openai.com/v1,  '', /v1/chat/completions?a=b, /v1/chat/completions?a=b",
        "https://api.openai.com/v1/, '', /v1,                      /v1",
        "https://h/openai/v1,        '', /v1/models,               /openai/v1/models",
        "https://h/openai/v1,        '', /v1beta/x,                /openai/v1/v1beta/x",
        "https://h,                  '', /v1/models,               /v1/models",
        "https://h/,                 '', /,                        /",
        "https://h/base,             '', /v1/models,               /base/v1/models",
        "https://h/v1,             /own, /own/v1/models,           /v1/models",
        "https://h,                /own, /own?x=y,                 /?x=y"
    })
    void target_urlAndPath_areJoined(String url, String path, String called, String expected) {
        var config = new UpstreamConfig(url, path, List.of(), "", "authorization");
        assertThat(new Upstream("u", config, null).target(called)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://h",
                "api.openai.com",
                "https://user:hunter2@h/v1",
                "https://h/v1?x=hunter2",
                "https:///v1",
                "https://h/v1#x"
            })
    void config_urlThatIsNone_isRefusedWithoutItsSecrets(String url) {
        assertThatThrownBy(() -> UpstreamConfig.at(url))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("expected an http or https URL without");
    }

    @Test
    void scan_anyPieces_findsTheModel() {
        String json =
                "{\"a\":[{\"model\":\"no\"}],\"b\":\"\\\"model\\\":\\\"no\\\"\",\"model\" : \"\u20ac-5\",\"c\":1}";
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        var random = new Random(7);
        for (int i = 0; i < 200; i++) {
            var scan = new ModelScan(1 << 20);
            int at = 0;
            boolean goesOn = true;
            while (goesOn) {
                int length = Math.min(bytes.length - at, 1 + random.nextInt(9));
                goesOn = scan.reads(ByteBuffer.wrap(bytes, at, length));
                at += length;
            }
            assertThat(scan.model()).contains("\u20ac-5");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"model\":\"a\"}]",
                "\"model\"",
                "{\"model\":5}",
                "{\"model\":{\"model\":\"a\"}}",
                "{}",
                "{\"x\":1}}"
            })
    void scan_noModel_findsNone(String json) {
        var scan = new ModelScan(1 << 20);
        scan.reads(ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)));
        assertThat(scan.model()).isEmpty();
    }

    @Test
    void scan_modelBehindTheBound_isNotLookedFor() {
        var scan = new ModelScan(20);
        assertThat(scan.reads(ByteBuffer.wrap(
                        "{\"a\":\"bbbbbbbbbbbbbbbbbbbb\",\"model\":\"c\"}".getBytes(StandardCharsets.UTF_8))))
                .isFalse();
        assertThat(scan.model()).isEmpty();
    }
}

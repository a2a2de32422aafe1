package io.stillstream.producer.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Upstreams whose answers are none, or not quite. */
final class OddAnswersTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GARBAGE\r\n\r\n",
                "HTTP/1.1 99 Odd\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
                "HTTP/1.1 101 Switching Protocols\r\n\r\n",
            })
    void answer_thatIsNone_isTheUpstreamsFault(String bytes) throws Exception {
        assertThat(answered(bytes))
                .startsWith("HTTP/1.1 502 ")
                .contains("\"code\":\"upstream_invalid_answer\"")
                .contains("The upstream 'main' sent what is no valid answer in HTTP.");
    }

    @Test
    void answer_withoutABodyAndWithItsLength_isPassedOnWithoutIt() throws Exception {
        assertThat(answered("HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n"))
                .startsWith("HTTP/1.1 204 ")
                .doesNotContainIgnoringCase("content-length");
    }

    private static String answered(String bytes) throws Exception {
        try (RawUpstream upstream = RawUpstream.answering(bytes);
                TestingProxy proxy = TestingProxy.before(upstream)) {
            byte[] answer = proxy.exchange("POST /v1/chat/completions HTTP/1.1\r\nHost: p\r\nConnection: close\r\n"
                    + "Content-Length: 2\r\n\r\n{}");
            return new String(answer, StandardCharsets.ISO_8859_1);
        }
    }
}

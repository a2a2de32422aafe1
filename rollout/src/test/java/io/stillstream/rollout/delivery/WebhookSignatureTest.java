package io.stillstream.rollout.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WebhookSignatureTest {

    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /** The example by which libraries of Standard Webhooks are tested. */
    @Test
    void headers_ofTheStandardsExample_areItsOwn() {
        byte[] body = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);
        assertThat(new WebhookSignature(SECRET)
                        .headers("msg_p5jXN8AQM9LWM0D4loKWxJek", Instant.ofEpochSecond(1614265330), body))
                .containsExactly(
                        "webhook-id",
                        "msg_p5jXN8AQM9LWM0D4loKWxJek",
                        "webhook-timestamp",
                        "1614265330",
                        "webhook-signature",
                        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @ParameterizedTest
    @CsvSource({
        SECRET + ", true",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, false",
        "whsec_, false",
        "whsec_c2hvcnQ=, false",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS, false",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-w, false",
    })
    void isSecret_takesAKeyOf24BytesOrMore(String text, boolean taken) {
        assertThat(WebhookSignature.isSecret(text)).isEqualTo(taken);
    }
}

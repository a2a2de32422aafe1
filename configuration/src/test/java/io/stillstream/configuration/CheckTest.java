package io.stillstream.configuration;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class CheckTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    static Stream<Arguments> refused() {
        return Stream.of(
                refused(() -> Check.atLeast("maxTokens", 0, 1), "max-tokens is 0; expected 1 or more"),
                refused(() -> Check.between("port", 65_536, 0, 65_535), "port is 65536; expected 0 to 65535"),
                refused(() -> Check.atLeast("rate", -0.5, 0), "rate is -0.5; expected 0 or more"),
                refused(() -> Check.atLeast("rate", Double.NaN, 0), "rate is NaN; expected 0 or more"),
                refused(
                        () -> Check.atLeast("rate", Double.POSITIVE_INFINITY, 0),
                        "rate is Infinity; expected 0 or more"),
                refused(() -> Check.above("k", 0.0, 0), "k is 0.0; expected a number above 0"),
                refused(() -> Check.between("share", 1.5, 0, 0.5), "share is 1.5; expected 0 to 0.5"),
                refused(() -> Check.between("share", Double.NaN, 0, 1), "share is NaN; expected 0 to 1"),
                refused(() -> Check.atLeast("linger", Duration.ZERO, SECOND), "linger is 0s; expected 1s or longer"),
                refused(
                        () -> Check.between("linger", Duration.ofMinutes(2), SECOND, Duration.ofMinutes(1)),
                        "linger is 2m; expected 1s to 1m"),
                refused(() -> Check.notBlank("host", " ", "an address"), "host is ' '; expected an address"),
                refused(
                        () -> Check.that(false, "inner.topK", null, "a number"),
                        "inner.top-k is not set; expected a number"));
    }

    private static Arguments refused(ThrowingCallable check, String message) {
        return Arguments.of(check, message);
    }

    @ParameterizedTest
    @MethodSource("refused")
    void check_outOfRange_saysKeyValueAndExpectation(ThrowingCallable check, String message) {
        assertThatThrownBy(check).isInstanceOf(InvalidSettingException.class).hasMessage(message);
    }

    @Test
    void check_bounds_areAllowed() {
        assertThatCode(() -> {
                    Check.atLeast("a", 1, 1);
                    Check.between("a", 3, 1, 3);
                    Check.atLeast("a", 0.0, 0);
                    Check.between("a", 1.0, 0, 1);
                    Check.atLeast("a", SECOND, SECOND);
                    Check.between("a", SECOND, SECOND, SECOND);
                })
                .doesNotThrowAnyException();
    }
}

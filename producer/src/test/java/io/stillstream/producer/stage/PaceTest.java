package io.stillstream.producer.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class PaceTest {

    @Test
    void waitNanos_asManyInFlightAsAllowed_holdsBackUntilOneIsProcessed() {
        var processed = new AtomicLong();
        var pace = new Pace(0, 2, processed::get);
        pace.sent();
        assertThat(pace.waitNanos()).isZero();
        pace.sent();
        assertThat(pace.waitNanos()).isPositive();
        processed.set(1);
        assertThat(pace.waitNanos()).isZero();
    }

    @Test
    void waitNanos_noLimits_neverHoldsBack() {
        var pace = new Pace(0, 0, () -> 0);
        for (int i = 0; i < 1000; i++) {
            pace.sent();
            assertThat(pace.waitNanos()).isZero();
        }
    }

    @Test
    void waitNanos_aRate_isWaitedForBetweenPrompts() {
        var pace = new Pace(0.001, 0, () -> 0);
        pace.sent();
        assertThat(pace.waitNanos()).isPositive();
    }
}

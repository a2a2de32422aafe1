package io.stillstream.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stillstream.contract.prompt.Split;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HoldOutTest {

    @Test
    void of_knownConversations_neverChangesSides() {
        var holdOut = new HoldOut(0.1);

        // Pinned: a split that changed would train on what was held out before.
        assertThat(IntStream.range(0, 100)
                        .filter(i -> holdOut.of("conversation-" + i) == Split.HELD_OUT)
                        .boxed())
                .containsExactly(2, 14, 18, 20, 25, 31, 34, 37, 49, 50, 59, 64, 67, 71, 80, 82);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.1, 0.5})
    void of_manyConversations_holdsOutTheFraction(double fraction) {
        assertThat(heldOut(fraction) / 20_000.0).isCloseTo(fraction, within(0.01));
    }

    @Test
    void of_extremes_areNoneAndAll() {
        assertThat(heldOut(0)).isZero();
        assertThat(heldOut(1)).isEqualTo(20_000);
    }

    @Test
    void of_greaterFraction_holdsOutMoreOfTheSame() {
        var small = new HoldOut(0.1);
        var large = new HoldOut(0.2);
        assertThat(IntStream.range(0, 1000).mapToObj(i -> "c" + i))
                .allSatisfy(id -> assertThat(small.of(id) == Split.TRAIN || large.of(id) == Split.HELD_OUT)
                        .isTrue());
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
    void holdOut_noFraction_isRefused(double fraction) {
        assertThatThrownBy(() -> new HoldOut(fraction)).isInstanceOf(ProducerException.class);
    }

    private static long heldOut(double fraction) {
        var holdOut = new HoldOut(fraction);
        return IntStream.range(0, 20_000)
                .filter(i -> holdOut.of("conversation-" + i) == Split.HELD_OUT)
                .count();
    }
}

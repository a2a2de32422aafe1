package io.stillstream.contract.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SteppedHalvesTest {

    private static final int CODES = 0x7a00;

    @Test
    void logProbability_everyCode_descendsAndGivesTheCodeAgain() {
        float before = 1f;
        for (int code = 0; code < CODES; code++) {
            float value = SteppedHalves.logProbability(code);
            assertThat(value).as("code %d", code).isLessThan(before);
            assertThat(SteppedHalves.code(value)).isEqualTo(code);
            assertThat(HalfFloats.toFloat(HalfFloats.toHalf(value))).isEqualTo(value);
            before = value;
        }
        assertThat(before).isEqualTo(-65504f);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1e-4, 0",
        "-8, -8",
        "-7.9999, -8",
        "-7.9961, -7.99609375",
        "-8.007, -8",
        "-8.008, -8.015625",
        "-15.99, -15.984375",
        "-15.995, -16",
        "-16.02, -16.015625",
        "-32.0157, -32.03125",
        "-1e9, -65504",
        "-Infinity, -65504"
    })
    void code_valuesAtTheEdges_standForTheNearest(float value, float expected) {
        assertThat(SteppedHalves.logProbability(SteppedHalves.code(value))).isEqualTo(expected);
    }

    @Test
    void code_everyValue_movesNoProbabilityFurtherThanFp16MovesALikelyOnes() {
        float step = 1f / 1021;
        for (float value = 0f; value > -40f; value -= step) {
            double moved = Math.exp(SteppedHalves.logProbability(SteppedHalves.code(value)));
            assertThat(moved).isCloseTo(Math.exp(value), within(value < SteppedHalves.TAIL ? 2.7e-6 : 1.8e-4));
        }
    }
}

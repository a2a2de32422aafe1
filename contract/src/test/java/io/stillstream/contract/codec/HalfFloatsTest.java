package io.stillstream.contract.codec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HalfFloatsTest {

    @Test
    void toFloat_everyHalf_comesBackTheSame() {
        for (int bits = 0; bits <= 0xffff; bits++) {
            float value = HalfFloats.toFloat((short) bits);
            if (!Float.isNaN(value)) {
                assertThat(HalfFloats.toHalf(value)).as("half %04x", bits).isEqualTo((short) bits);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 3c00",
        "-2, c000",
        "65504, 7bff",
        "65519.996, 7bff",
        "65520, 7c00",
        "-1e9, fc00",
        "0.1, 2e66",
        "5.9604645e-8, 0001",
        "2.9802322e-8, 0000",
        "2.98023224e-8, 0000",
        "6.1035156e-5, 0400",
        "2049, 6800",
        "2051, 6802"
    })
    void toHalf_value_roundsToNearestEven(float value, String expected) {
        assertThat(String.format("%04x", HalfFloats.toHalf(value) & 0xffff)).isEqualTo(expected);
    }

    @Test
    void toHalf_nan_staysNan() {
        assertThat(HalfFloats.toFloat(HalfFloats.toHalf(Float.NaN))).isNaN();
    }
}

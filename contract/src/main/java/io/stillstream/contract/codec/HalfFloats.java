package io.stillstream.contract.codec;

/** IEEE 754 half precision, which Java 17 cannot convert by itself. */
public final class HalfFloats {

    private static final int FLOAT_INFINITY = 0x7f800000;
    /** The smallest float that rounds to half infinity: 65520. */
    private static final int OVERFLOW = 0x477ff000;
    /** The smallest normal half, 2^-14, as a float's bits. */
    private static final int SMALLEST_NORMAL = 0x38800000;
    /** 2^24: scales a subnormal half to its integer bits. */
    private static final float SUBNORMAL_SCALE = 16777216f;

    private HalfFloats() {}

    /** The nearest half, ties to even; what is too large becomes infinite. */
    public static short toHalf(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = (bits >>> 16) & 0x8000;
        int magnitude = bits & 0x7fffffff;
        if (magnitude > FLOAT_INFINITY) {
            return (short) (sign | 0x7e00);
        }
        if (magnitude >= OVERFLOW) {
            return (short) (sign | 0x7c00);
        }
        if (magnitude < SMALLEST_NORMAL) {
            return (short) (sign | (int) Math.rint(Float.intBitsToFloat(magnitude) * SUBNORMAL_SCALE));
        }
        int roundToEven = 0xfff + ((magnitude >>> 13) & 1);
        return (short) (sign | ((magnitude + roundToEven - ((127 - 15) << 23)) >>> 13));
    }

    public static float toFloat(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = (half >>> 10) & 0x1f;
        int fraction = half & 0x3ff;
        if (exponent == 0x1f) {
            return Float.intBitsToFloat(sign | FLOAT_INFINITY | (fraction << 13));
        }
        if (exponent == 0) {
            float magnitude = fraction / SUBNORMAL_SCALE;
            return sign == 0 ? magnitude : -magnitude;
        }
        return Float.intBitsToFloat(sign | ((exponent + (127 - 15)) << 23) | (fraction << 13));
    }
}

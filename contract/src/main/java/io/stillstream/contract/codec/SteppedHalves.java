package io.stillstream.contract.codec;

import io.stillstream.contract.rejection.ContractException;

/**
 * Log-probabilities as 15-bit codes: the magnitude as fp16 without its sign, and coarser from {@value #TAIL} down.
 *
 * <p>From −8 to −16 fp16 has multiples of 1/128. A code has every other of them, which is the spacing that fp16 itself has
 * below −16. This changes no probability below e^-8 = 3.4e-4 by more than 2.7e-6, while fp16 changes those of likely tokens
 * by up to 1.8e-4; 65 of 100 that a record keeps are in this range (stories15M, K = 50). Leaving out every other code, rather
 * than setting its last bit to zero, leaves fewer different high bytes, which a Huffman code turns into fewer bits.
 *
 * <p>Every code stands for an fp16 number, and encoding that number gives the code again.
 */
final class SteppedHalves {

    /** Log-probabilities below it are multiples of {@value #TAIL_STEP}, or of more where fp16 is coarser. */
    static final float TAIL = -8f;

    static final float TAIL_STEP = 1f / 64;

    /** The largest finite half: a lower log-probability is written as this. */
    static final float LOWEST = -65504f;

    /** The bits of 8 and of 16 as halves; the code for 16 lies halfway. */
    private static final int TAIL_BITS = 0x4800;

    private static final int TAIL_END_BITS = 0x4c00;
    private static final int LEFT_OUT = (TAIL_END_BITS - TAIL_BITS) / 2;
    /** Of {@link #LOWEST}. */
    private static final int LAST_CODE = 0x7bff - LEFT_OUT;

    private SteppedHalves() {}

    /** @param logProbability not NaN; what is above 0 by rounding counts as 0 */
    static int code(float logProbability) {
        float magnitude = 0f - Math.min(0f, Math.max(LOWEST, logProbability));
        if (magnitude <= -TAIL) {
            return HalfFloats.toHalf(magnitude) & 0xffff;
        }
        // Only where fp16 is finer than a step: rounding twice would miss the nearest half.
        float stepped = magnitude < -2 * TAIL ? (float) Math.rint(magnitude / TAIL_STEP) * TAIL_STEP : magnitude;
        int bits = HalfFloats.toHalf(stepped);
        return bits < TAIL_END_BITS ? TAIL_BITS + (bits - TAIL_BITS) / 2 : bits - LEFT_OUT;
    }

    /** @throws ContractException for a code that no finite number has */
    static float logProbability(int code) {
        if (code > LAST_CODE) {
            throw new ContractException(
                    "code of a log-probability is " + code + "; expected 0 to " + LAST_CODE + ", a finite number's");
        }
        int bits = code;
        if (code >= TAIL_END_BITS - LEFT_OUT) {
            bits = code + LEFT_OUT;
        } else if (code > TAIL_BITS) {
            bits = 2 * code - TAIL_BITS;
        }
        return 0f - HalfFloats.toFloat((short) bits);
    }
}

package io.stillstream.huggingface.safetensors;

import io.stillstream.contract.codec.HalfFloats;

/** The element types of safetensors files. Numbers are read of F32, F16 and BF16. */
public enum Dtype {
    F32(4),
    F16(2),
    BF16(2),
    F64(8),
    F8_E4M3(1),
    F8_E5M2(1),
    I64(8),
    I32(4),
    I16(2),
    I8(1),
    U64(8),
    U32(4),
    U16(2),
    U8(1),
    BOOL(1);

    /** Of BF16. */
    private static final int QUIET_NAN = 0x7fc0;

    private static final int HALF_LESS_ONE = 0x7fff;

    private final int size;

    Dtype(int size) {
        this.size = size;
    }

    /** F16 and BF16 to float, exactly. */
    float widened(short half) {
        return this == F16 ? HalfFloats.toFloat(half) : Float.intBitsToFloat(half << Short.SIZE);
    }

    /** The nearest number of F16 or BF16, ties to even, as PyTorch rounds; infinite where F16 has none as large. */
    short narrowed(float value) {
        if (this == F16) {
            return HalfFloats.toHalf(value);
        }
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> Short.SIZE) | QUIET_NAN);
        }
        int roundToEven = HALF_LESS_ONE + ((bits >>> Short.SIZE) & 1);
        return (short) ((bits + roundToEven) >>> Short.SIZE);
    }

    /** Whether weights of this type are read and written here. */
    public boolean isFloat() {
        return this == F32 || this == F16 || this == BF16;
    }

    /** PyTorch's name of a type of floats, as config.json has it. */
    public String torchName() {
        return switch (this) {
            case F32 -> "float32";
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            default -> throw new IllegalArgumentException(this + " is no type of weights; expected F32, F16 or BF16");
        };
    }

    /** Bytes of one element. */
    public int size() {
        return size;
    }
}

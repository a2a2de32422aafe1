package io.stillstream.huggingface.safetensors;

/** The element types of safetensors files that are read and written here. */
public enum Dtype {
    F32(4),
    F16(2),
    BF16(2),
    I64(8),
    I32(4),
    U8(1);

    private final int size;

    Dtype(int size) {
        this.size = size;
    }

    boolean isFloat() {
        return this == F32 || this == F16 || this == BF16;
    }

    /** Bytes of one element. */
    public int size() {
        return size;
    }
}

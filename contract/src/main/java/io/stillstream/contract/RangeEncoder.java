package io.stillstream.contract;

import java.io.ByteArrayOutputStream;

/** LZMA's range coder, writing; {@code teacher_targets.proto} describes the other direction. */
final class RangeEncoder {

    private static final long BYTE_OF_LOW = 0xff000000L;
    private static final long LARGEST_LOW = 0xffffffffL;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private long low;
    private long range = 0xffffffffL;
    /** The last byte, held back with the 0xff bytes after it as long as a carry may still go through them. */
    private int held;

    private int heldCount = 1;

    void encode(AdaptiveBit model, int bit) {
        long bound = (range >>> AdaptiveBit.PRECISION) * model.zero();
        narrow(bit, bound);
        model.saw(bit);
    }

    /** The lowest bits of a number, the highest of them first, each as likely 0 as 1. */
    void encodeEven(int bits, int count) {
        for (int shift = count - 1; shift >= 0; shift--) {
            narrow((bits >>> shift) & 1, range >>> 1);
        }
    }

    byte[] finish() {
        for (int i = 0; i < RangeDecoder.FIRST_BYTES; i++) {
            shift();
        }
        return out.toByteArray();
    }

    private void narrow(int bit, long bound) {
        if (bit == 0) {
            range = bound;
        } else {
            low += bound;
            range -= bound;
        }
        while (range < RangeDecoder.SMALLEST_RANGE) {
            range <<= Byte.SIZE;
            shift();
        }
    }

    private void shift() {
        if (low < BYTE_OF_LOW || low > LARGEST_LOW) {
            int carry = (int) (low >>> Integer.SIZE);
            int next = held;
            do {
                out.write(next + carry);
                next = 0xff;
            } while (--heldCount != 0);
            held = (int) (low >>> 24) & 0xff;
        }
        heldCount++;
        low = (low & 0x00ffffffL) << Byte.SIZE;
    }
}

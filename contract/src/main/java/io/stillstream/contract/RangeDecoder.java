package io.stillstream.contract;

import com.google.protobuf.ByteString;

/** Reads what {@link RangeEncoder} wrote, given models in the same state. */
final class RangeDecoder {

    static final int FIRST_BYTES = 5;
    static final long SMALLEST_RANGE = 1L << 24;

    private final ByteString bytes;
    private int position;
    private long range = 0xffffffffL;
    private long code;

    RangeDecoder(ByteString bytes) {
        this.bytes = bytes;
        for (int i = 0; i < FIRST_BYTES; i++) {
            code = (code << Byte.SIZE) | next();
        }
        if (code > range) {
            throw new ContractException("coded numbers begin with byte " + (code >>> Integer.SIZE) + "; expected 0");
        }
    }

    int decode(AdaptiveBit model) {
        int bit = bit((range >>> AdaptiveBit.PRECISION) * model.zero());
        model.saw(bit);
        return bit;
    }

    /** So many bits, each as likely 0 as 1; the highest comes first. */
    int decodeEven(int count) {
        int bits = 0;
        for (int i = 0; i < count; i++) {
            bits = (bits << 1) | bit(range >>> 1);
        }
        return bits;
    }

    /** @throws ContractException unless all bytes were needed and end as an encoder ends them */
    void requireEnd() {
        if (position != bytes.size() || code != 0) {
            throw new ContractException("coded numbers end after " + position + " of " + bytes.size()
                    + " bytes with remainder " + code + "; expected the last byte and 0");
        }
    }

    private int bit(long bound) {
        int bit = code < bound ? 0 : 1;
        if (bit == 0) {
            range = bound;
        } else {
            code -= bound;
            range -= bound;
        }
        while (range < SMALLEST_RANGE) {
            range <<= Byte.SIZE;
            code = (code << Byte.SIZE) | next();
        }
        return bit;
    }

    private int next() {
        if (position == bytes.size()) {
            throw new ContractException("coded numbers end after " + position + " bytes; expected more");
        }
        return bytes.byteAt(position++) & 0xff;
    }
}

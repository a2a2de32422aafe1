package io.stillstream.fuzz;

import java.util.List;

/** A reader of bytes of others, with what it promises for any bytes at all. */
interface FuzzTarget {

    /** What reading may cost, and how it may fail. */
    Promise promise();

    /**
     * Reads, and checks what comes of it.
     *
     * @throws AssertionError when a promise is broken
     * @throws RuntimeException of the type that is promised, when the bytes are refused
     */
    void read(byte[] input);

    /** Inputs that are read to their end, for the fuzzer to begin with. */
    List<byte[]> seeds();

    /** Words of the format, which a fuzzer would be long to find. */
    default List<String> words() {
        return List.of();
    }
}

package io.stillstream.trainer.ledger;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The running checksum of a ledger: of each line the sha256 of the checksum before it and its text. A line carries the
 * first {@link #DIGITS} digits of it, so that the first changed line can be found.
 */
final class HashChain {

    static final int DIGITS = 16;

    private final MessageDigest digest;
    private byte[] value;

    HashChain() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        value = digest.digest("stillstream ledger".getBytes(StandardCharsets.UTF_8));
    }

    private HashChain(byte[] value) {
        this();
        this.value = value.clone();
    }

    /** One that goes on from here by itself. */
    HashChain copy() {
        return new HashChain(value);
    }

    /** Adds a line; returns the digits that the line ends with. */
    String add(byte[] text) {
        digest.update(value);
        value = digest.digest(text);
        return checksum().substring(0, DIGITS);
    }

    String checksum() {
        return HexFormat.of().formatHex(value);
    }
}

package io.stillstream.contract.source;

import io.stillstream.contract.rejection.ContractException;

/**
 * How far a producer has read a source: a record on {@code producer-positions}, keyed by the source's name. It is written in
 * the transaction that makes the prompts before it visible, so that a restart goes on exactly there.
 *
 * @param round which reading of the source, from 1
 * @param linesBefore the lines of earlier files of that name, which were rotated away or truncated
 * @param line the number of the last line that was read, {@code linesBefore} included
 * @param offset the bytes of the present file up to the end of that line, decompressed
 * @param sha256 of those bytes, in hex: another file at the same place has other bytes
 * @param ended whether that was the end of the source
 */
public record SourcePosition(int round, long linesBefore, long line, long offset, String sha256, boolean ended) {

    private static final int SHA256_DIGITS = 64;

    /** @throws ContractException when a number is out of its range */
    public SourcePosition {
        if (round < 1 || linesBefore < 0 || line < linesBefore || offset < 0) {
            throw new ContractException("a source's position has round " + round + ", " + linesBefore
                    + " lines before, line " + line + " and offset " + offset
                    + "; expected a round from 1, a line not below the lines before it, and no negative number");
        }
        if (sha256.length() != SHA256_DIGITS) {
            throw new ContractException(
                    "a source's position has the checksum '" + sha256 + "'; expected a sha256 in hex");
        }
    }
}

package io.stillstream.producer.source;

/**
 * A place between two lines of a source.
 *
 * @param linesBefore the lines of earlier files of that name
 * @param line the number of the last line before it, {@code linesBefore} included
 * @param offset the bytes of the present file before it
 * @param sha256 of those bytes, in hex
 */
public record ReadPosition(long linesBefore, long line, long offset, String sha256) {}

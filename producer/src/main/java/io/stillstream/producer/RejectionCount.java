package io.stillstream.producer;

import io.stillstream.contract.rejection.RejectionCode;

/**
 * How many lines were rejected with a code.
 *
 * @param source the source of the first of them
 * @param firstLine its number there
 */
public record RejectionCount(RejectionCode code, long lines, String source, long firstLine) {}

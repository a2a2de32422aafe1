package io.stillstream.student.transfer;

/**
 * How the rows of a student's vocabulary were derived from its teacher's.
 *
 * @param tokens in its vocabulary
 * @param whole of them that are one of the teacher's tokens each
 * @param joined that are the mean of several
 * @param unknown that the teacher has nothing for: the mean of all its tokens
 */
public record TransferReport(int tokens, int whole, int joined, int unknown) {}

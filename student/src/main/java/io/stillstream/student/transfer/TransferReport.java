package io.stillstream.student.transfer;

/**
 * What a transplanted student's vocabulary was made of.
 *
 * @param tokens in its vocabulary
 * @param whole of them that are one of the teacher's tokens each
 * @param joined that are the mean of several
 * @param unknown that the teacher has nothing for: the mean of all its tokens
 */
public record TransferReport(int tokens, int whole, int joined, int unknown) {}

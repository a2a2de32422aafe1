package io.stillstream.contract;

/**
 * A response and the teacher's distributions over it.
 *
 * @param text what {@code tokens} covers to its last byte
 * @param responseSource who wrote it: the teacher, where the prompt came without a response
 */
public record ScoredResponse(
        String text,
        TeacherTokens tokens,
        RankedColumns columns,
        FinishReason finishReason,
        ResponseSource responseSource) {}

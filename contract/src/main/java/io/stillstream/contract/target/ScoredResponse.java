package io.stillstream.contract.target;

import io.stillstream.contract.prompt.FinishReason;

/**
 * A response and the teacher's distributions over it.
 *
 * @param text what {@code tokens} covers to its last byte
 */
public record ScoredResponse(String text, TeacherTokens tokens, RankedColumns columns, FinishReason finishReason) {}

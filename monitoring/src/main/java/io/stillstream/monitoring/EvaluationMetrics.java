package io.stillstream.monitoring;

import java.time.Duration;

/**
 * The figures of one evaluation on the held-out prompts.
 *
 * @param bitsPerByte the loss that can be compared across tokenizers
 * @param natsPerToken the loss in the student's own tokens
 * @param teacherAgreement the share, 0 to 1, of positions where the student's first choice is the teacher's; NaN where
 *     it was not measured
 */
public record EvaluationMetrics(
        Duration elapsed, int prompts, double bitsPerByte, double natsPerToken, double teacherAgreement) {}

package io.stillstream.monitoring.distillation;

import java.time.Duration;

/**
 * The figures of one evaluation on the held-out prompts.
 *
 * @param bitsPerByte the loss that can be compared across tokenizers
 * @param teacherBitsPerByte the teacher's own loss on the same responses, which the student cannot be expected to go below
 * @param natsPerToken the loss in the student's own tokens
 * @param teacherAgreement the share, 0 to 1, of positions where the student's first choice is the teacher's; NaN where
 *     it was not measured
 * @param teacherLead the bits per byte by which the teacher predicts those responses better that neither it nor a student
 *     wrote; NaN where there are none
 */
public record EvaluationMetrics(
        Duration elapsed,
        int prompts,
        double bitsPerByte,
        double teacherBitsPerByte,
        double natsPerToken,
        double teacherAgreement,
        double teacherLead) {}

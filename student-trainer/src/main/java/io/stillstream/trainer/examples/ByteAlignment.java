package io.stillstream.trainer.examples;

import io.stillstream.contract.TeacherTokens;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import java.util.Arrays;

/**
 * Lays the teacher's tokens of one response beside the student's, by the bytes that they cover. Owns its arrays: do not
 * write to them.
 *
 * @param pairSteps the student's tokens that start at the same byte as one of the teacher's, ascending: both are predicted
 *     from the same text
 * @param pairPositions the teacher's tokens that start at the same bytes
 * @param spanOfStep for each of the student's tokens the span it is in, or −1. Spans are the shortest stretches of bytes
 *     with a token boundary of both at either end
 * @param spanLogLikelihoods the teacher's log-likelihood of each span
 */
@SuppressWarnings("ArrayRecordComponent") // passed on once
public record ByteAlignment(int[] pairSteps, int[] pairPositions, int[] spanOfStep, float[] spanLogLikelihoods) {

    public static ByteAlignment of(TokenizedTarget sequence, TextTokenizer student) {
        int first = firstWhole(sequence, student);
        int tokens = sequence.responseTokens();
        int[] steps = new int[tokens];
        int[] positions = new int[tokens];
        int pairs = 0;
        TeacherTokens teacher = sequence.targets().tokens();
        int t = 0;
        for (int i = first; i < tokens; i++) {
            int start = i == 0 ? 0 : sequence.responseEnd(i - 1);
            while (t < sequence.teacherPositions()
                    && (teacher.start(t) < start || teacher.end(t) == teacher.start(t))) {
                t++;
            }
            if (t < sequence.teacherPositions() && teacher.start(t) == start) {
                steps[pairs] = i;
                positions[pairs] = t;
                pairs++;
            }
        }
        int[] spanOfStep = new int[tokens];
        float[] spans = spans(sequence, first, spanOfStep);
        return new ByteAlignment(Arrays.copyOf(steps, pairs), Arrays.copyOf(positions, pairs), spanOfStep, spans);
    }

    private static float[] spans(TokenizedTarget sequence, int first, int[] spanOfStep) {
        TeacherTokens teacher = sequence.targets().tokens();
        Arrays.fill(spanOfStep, -1);
        float[] logLikelihoods = new float[spanOfStep.length];
        int spans = 0;
        int i = 0;
        int t = 0;
        int from = 0;
        float logLikelihood = 0;
        while (i < spanOfStep.length && t < sequence.teacherPositions()) {
            int studentEnd = sequence.responseEnd(i);
            if (studentEnd < teacher.end(t)) {
                i++;
                continue;
            }
            logLikelihood += teacher.logProbability(t);
            if (teacher.end(t) < studentEnd) {
                t++;
                continue;
            }
            // Tokens without bytes of their own belong to the span they end with.
            while (i + 1 < spanOfStep.length && sequence.responseEnd(i + 1) == studentEnd) {
                i++;
            }
            while (t + 1 < sequence.teacherPositions() && teacher.end(t + 1) == studentEnd) {
                t++;
                logLikelihood += teacher.logProbability(t);
            }
            if (from >= first) {
                Arrays.fill(spanOfStep, from, i + 1, spans);
                logLikelihoods[spans] = logLikelihood;
                spans++;
            }
            i++;
            t++;
            from = i;
            logLikelihood = 0;
        }
        return Arrays.copyOf(logLikelihoods, spans);
    }

    /** Where one token holds the end of the prompt and the start of the response, it starts before byte 0. */
    static int firstWhole(TokenizedTarget sequence, TextTokenizer student) {
        return student.bytes(sequence.labels()[0]).length > sequence.responseEnd(0) ? 1 : 0;
    }
}

package io.stillstream.trainer.examples;

import io.stillstream.contract.target.TeacherTokens;
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
        TeacherPlaces teacher = sequence.places();
        int t = 0;
        for (int i = first; i < tokens; i++) {
            int start = sequence.responseStart(i);
            while (t < teacher.count() && (teacher.start(t) < start || teacher.end(t) == teacher.start(t))) {
                t++;
            }
            if (t < teacher.count() && teacher.start(t) == start) {
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
        TeacherPlaces teacher = sequence.places();
        TeacherTokens tokens = sequence.targets().tokens();
        Arrays.fill(spanOfStep, -1);
        float[] logLikelihoods = new float[spanOfStep.length];
        int spans = 0;
        int i = first;
        int t = 0;
        while (i < spanOfStep.length && t < teacher.count()) {
            int start = sequence.responseStart(i);
            if (teacher.start(t) < start) {
                t++;
                continue;
            }
            if (teacher.start(t) > start) {
                i++;
                continue;
            }
            int from = i;
            float logLikelihood = tokens.logProbability(t);
            while (sequence.responseEnd(i) != teacher.end(t)) {
                if (sequence.responseEnd(i) < teacher.end(t)) {
                    i++;
                } else if (follows(teacher, t)) {
                    t++;
                    logLikelihood += tokens.logProbability(t);
                } else {
                    break;
                }
                if (i == spanOfStep.length) {
                    return Arrays.copyOf(logLikelihoods, spans);
                }
            }
            int end = sequence.responseEnd(i);
            if (end == teacher.end(t)) {
                // Tokens without bytes of their own belong to the span they end with.
                while (i + 1 < spanOfStep.length && sequence.responseEnd(i + 1) == end) {
                    i++;
                }
                while (follows(teacher, t) && teacher.end(t + 1) == end) {
                    t++;
                    logLikelihood += tokens.logProbability(t);
                }
                Arrays.fill(spanOfStep, from, i + 1, spans);
                logLikelihoods[spans] = logLikelihood;
                spans++;
            }
            i++;
            t++;
        }
        return Arrays.copyOf(logLikelihoods, spans);
    }

    /** Whether the next of the teacher's tokens lies right behind this one. */
    private static boolean follows(TeacherPlaces teacher, int t) {
        return t + 1 < teacher.count() && teacher.start(t + 1) == teacher.end(t);
    }

    /** Where one token holds the end of the prompt and the start of the response, it starts before byte 0. */
    static int firstWhole(TokenizedTarget sequence, TextTokenizer student) {
        return student.bytes(sequence.labels()[0]).length > sequence.responseEnd(0) ? 1 : 0;
    }
}

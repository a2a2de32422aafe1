package io.stillstream.trainer.student;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.List;

/**
 * Sequences as the scripts take them: ids padded on the right {@code [B, S]}, and the N response positions of all
 * sequences end to end, each with its place among the ids, label, sequence and step. The arrays live as long as the
 * step's scope and staging buffer.
 */
final class PaddedBatch {

    final NDArray ids;
    final NDArray positions;
    final NDArray labels;
    final NDArray sequenceIndices;
    final NDArray steps;
    final NDArray lengths;
    final NDArray teacher;
    final NDArray teacherLengths;

    PaddedBatch(NDManager scope, StagingBuffer staging, List<TrainingSequence> sequences) {
        int b = sequences.size();
        int s = sequences.stream().mapToInt(TrainingSequence::inputLength).max().orElse(0);
        int n = sequences.stream().mapToInt(TrainingSequence::labels).sum();
        int t = sequences.stream()
                .mapToInt(TrainingSequence::teacherPositions)
                .max()
                .orElse(0);
        int k = sequences.get(0).teacherColumns();
        staging.clear(StagingBuffer.size((long) b * s, Long.BYTES)
                + 4 * StagingBuffer.size(n, Long.BYTES)
                + 2 * StagingBuffer.size(b, Long.BYTES)
                + StagingBuffer.size((long) b * t * k, Float.BYTES));

        long[] paddedIds = new long[b * s];
        long[] position = new long[n];
        long[] label = new long[n];
        long[] sequenceIndex = new long[n];
        long[] step = new long[n];
        float[] length = new float[b];
        long[] teacherLength = new long[b];
        float[] teacherColumns = new float[b * t * k];
        Arrays.fill(teacherColumns, Float.NEGATIVE_INFINITY);
        int next = 0;
        for (int i = 0; i < b; i++) {
            TrainingSequence sequence = sequences.get(i);
            for (int j = 0; j < sequence.inputLength(); j++) {
                paddedIds[i * s + j] = sequence.id(j);
            }
            for (int j = 0; j < sequence.labels(); j++, next++) {
                // The position before a token predicts it.
                position[next] = (long) i * s + sequence.promptLength() + j - 1;
                label[next] = sequence.id(sequence.promptLength() + j);
                sequenceIndex[next] = i;
                step[next] = j;
            }
            length[i] = sequence.labels();
            teacherLength[i] = sequence.teacherPositions();
            sequence.copyTeacher(teacherColumns, i * t * k);
        }
        this.ids = staging.longs(scope, paddedIds, b, s);
        this.positions = staging.longs(scope, position, n);
        this.labels = staging.longs(scope, label, n);
        this.sequenceIndices = staging.longs(scope, sequenceIndex, n);
        this.steps = staging.longs(scope, step, n);
        this.lengths = staging.floats(scope, length, b);
        this.teacher = staging.floats(scope, teacherColumns, b, t, k);
        this.teacherLengths = staging.longs(scope, teacherLength, b);
    }
}

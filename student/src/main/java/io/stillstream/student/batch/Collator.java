package io.stillstream.student.batch;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;

/** Sequences as the scripts take them: ids padded on the right, and the response positions of all sequences end to end. */
public final class Collator {

    private final NDManager scope;
    private final StagingBuffer staging;

    /** The arrays live as long as the scope, and until the staging buffer is cleared. */
    public Collator(NDManager scope, StagingBuffer staging) {
        this.scope = scope;
        this.staging = staging;
    }

    /** Ids {@code [B, S]}, and where among them each label is predicted {@code [N]}, and the labels {@code [N]}. */
    public NDList collate(List<TokenSequence> sequences) {
        int b = sequences.size();
        int s = sequences.stream().mapToInt(TokenSequence::inputLength).max().orElse(0);
        int n = sequences.stream().mapToInt(TokenSequence::labels).sum();
        long[] ids = new long[b * s];
        long[] position = new long[n];
        long[] label = new long[n];
        int next = 0;
        for (int i = 0; i < b; i++) {
            TokenSequence sequence = sequences.get(i);
            for (int j = 0; j < sequence.inputLength(); j++) {
                ids[i * s + j] = sequence.id(j);
            }
            for (int j = 0; j < sequence.labels(); j++, next++) {
                // The position before a token predicts it.
                position[next] = (long) i * s + sequence.promptLength() + j - 1;
                label[next] = sequence.id(sequence.promptLength() + j);
            }
        }
        return new NDList(
                staging.longs(scope, ids, b, s), staging.longs(scope, position, n), staging.longs(scope, label, n));
    }
}

package io.stillstream.student.batch;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.stillstream.huggingface.config.DecoderConfig;
import java.util.Arrays;
import java.util.List;

/**
 * Sequences as the scripts take them: ids padded on the right, and the response positions of all sequences end to end. Where an
 * encoder reads the prompts, they are the source, and the ids are what follows it.
 */
public final class Collator {

    /** No token: scripts see by it where a source ends. */
    private static final long PADDING = -1;

    private final NDManager scope;
    private final StagingBuffer staging;
    private final DecoderConfig config;

    /** The arrays live as long as the scope, and until the staging buffer is cleared. */
    public Collator(NDManager scope, StagingBuffer staging, DecoderConfig config) {
        this.scope = scope;
        this.staging = staging;
        this.config = config;
    }

    /**
     * The source {@code [B, E]}, padded with -1; ids {@code [B, S]}, and where among them each label is predicted {@code [N]}, and
     * the labels {@code [N]}.
     */
    public NDList collate(List<TokenSequence> sequences) {
        int b = sequences.size();
        int e = sequences.stream().mapToInt(this::sourceLength).max().orElse(0);
        int s = sequences.stream()
                .mapToInt(sequence -> sequence.inputLength() - sourceLength(sequence))
                .max()
                .orElse(0);
        int n = sequences.stream().mapToInt(TokenSequence::labels).sum();
        long[] source = new long[b * e];
        Arrays.fill(source, PADDING);
        long[] ids = new long[b * s];
        long[] position = new long[n];
        long[] label = new long[n];
        int next = 0;
        for (int i = 0; i < b; i++) {
            TokenSequence sequence = sequences.get(i);
            int read = sourceLength(sequence);
            for (int j = 0; j < read; j++) {
                source[i * e + j] = sequence.id(j);
            }
            for (int j = read; j < sequence.inputLength(); j++) {
                ids[i * s + j - read] = sequence.id(j);
            }
            for (int j = 0; j < sequence.labels(); j++, next++) {
                // The position before a token predicts it.
                position[next] = (long) i * s + sequence.promptLength() - read + j - 1;
                label[next] = sequence.id(sequence.promptLength() + j);
            }
        }
        return new NDList(
                staging.longs(scope, source, b, e),
                staging.longs(scope, ids, b, s),
                staging.longs(scope, position, n),
                staging.longs(scope, label, n));
    }

    private int sourceLength(TokenSequence sequence) {
        return config.sourceLength(sequence.promptLength());
    }
}

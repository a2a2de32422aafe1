package io.stillstream.student.batch;

import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.student.StudentException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Divides a batch into what fits into memory at once: sequences of one kind and of similar length, padded to at most so
 * many tokens. The division depends on the batch alone.
 */
public final class MicroBatches {

    private final DecoderConfig config;
    private final int tokens;

    /** @param tokens the most tokens of a micro-batch, padding included; a longer sequence is alone */
    public MicroBatches(DecoderConfig config, int tokens) {
        if (tokens < 1) {
            throw new StudentException("a micro-batch of " + tokens + " tokens holds nothing; expected at least 1");
        }
        this.config = config;
        this.tokens = tokens;
    }

    /** Indices into a batch whose sequences are all of one kind. */
    public List<List<Integer>> divide(List<TokenSequence> sequences) {
        return divide(sequences, i -> 0);
    }

    /**
     * Indices into the batch.
     *
     * @param kind of the sequence at an index: different kinds are not together, and lower ones come first
     */
    public List<List<Integer>> divide(List<TokenSequence> sequences, IntUnaryOperator kind) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < sequences.size(); i++) {
            requireFitting(sequences.get(i), i);
            order.add(i);
        }
        order.sort(Comparator.<Integer>comparingInt(kind::applyAsInt)
                .thenComparingInt(i -> sequences.get(i).inputLength()));

        List<List<Integer>> microBatches = new ArrayList<>();
        List<Integer> current = new ArrayList<>();
        for (int index : order) {
            TokenSequence next = sequences.get(index);
            boolean otherKind = !current.isEmpty() && kind.applyAsInt(current.get(0)) != kind.applyAsInt(index);
            boolean full = (long) (current.size() + 1) * next.inputLength() > tokens;
            if (!current.isEmpty() && (otherKind || full)) {
                microBatches.add(List.copyOf(current));
                current.clear();
            }
            current.add(index);
        }
        microBatches.add(List.copyOf(current));
        return microBatches;
    }

    private void requireFitting(TokenSequence sequence, int index) {
        if (sequence.inputLength() > config.contextWindow()) {
            throw new StudentException("sequence " + index + " has " + sequence.inputLength()
                    + " tokens; expected at most the student's context window of " + config.contextWindow());
        }
        for (int i = 0; i < sequence.length(); i++) {
            if (sequence.id(i) < 0 || sequence.id(i) >= config.vocabularySize()) {
                throw new StudentException("sequence " + index + " has the token " + sequence.id(i) + " at position "
                        + i + "; expected 0 to " + (config.vocabularySize() - 1));
            }
        }
    }
}

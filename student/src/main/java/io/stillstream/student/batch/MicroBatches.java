package io.stillstream.student.batch;

import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.student.StudentException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Divides a batch into what fits into memory at once: sequences of one kind and of similar length, padded to at most so
 * many tokens, those of an encoder's source included. The division depends on the batch alone.
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
        int source = 0;
        int rest = 0;
        for (int index : order) {
            TokenSequence next = sequences.get(index);
            int nextSource = config.sourceLength(next.promptLength());
            int nextRest = next.inputLength() - nextSource;
            source = Math.max(source, nextSource);
            rest = Math.max(rest, nextRest);
            boolean otherKind = !current.isEmpty() && kind.applyAsInt(current.get(0)) != kind.applyAsInt(index);
            boolean full = (current.size() + 1) * ((long) source + rest) > tokens;
            if (!current.isEmpty() && (otherKind || full)) {
                microBatches.add(List.copyOf(current));
                current.clear();
                source = nextSource;
                rest = nextRest;
            }
            current.add(index);
        }
        microBatches.add(List.copyOf(current));
        return microBatches;
    }

    private void requireFitting(TokenSequence sequence, int index) {
        if (config.encodesPrompts() && sequence.promptLength() < 2) {
            throw new StudentException(
                    "sequence " + index + " has a prompt of 1 token; expected one for the encoder and,"
                            + " behind it, the one that begins the response");
        }
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

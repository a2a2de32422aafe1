package io.stillstream.student.batch;

import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.student.StudentException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Cuts a batch into what fits into memory at once: sequences of similar length and equally many teacher columns, padded
 * to at most so many tokens. The cut depends on the batch alone.
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

    /** Indices into the batch. */
    public List<List<Integer>> cut(TrainingBatch batch) {
        List<TrainingSequence> sequences = batch.sequences();
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < sequences.size(); i++) {
            requireFitting(sequences.get(i), i);
            order.add(i);
        }
        order.sort(Comparator.<Integer, Boolean>comparing(
                        i -> sequences.get(i).teacher().isNone())
                .thenComparingInt(i -> sequences.get(i).teacher().columns())
                .thenComparingInt(i -> sequences.get(i).inputLength()));

        List<List<Integer>> cut = new ArrayList<>();
        List<Integer> current = new ArrayList<>();
        for (int index : order) {
            TrainingSequence next = sequences.get(index);
            boolean otherTeacher = !current.isEmpty() && !isAlike(sequences.get(current.get(0)), next);
            boolean full = (long) (current.size() + 1) * next.inputLength() > tokens;
            if (!current.isEmpty() && (otherTeacher || full)) {
                cut.add(List.copyOf(current));
                current.clear();
            }
            current.add(index);
        }
        cut.add(List.copyOf(current));
        return cut;
    }

    private static boolean isAlike(TrainingSequence left, TrainingSequence right) {
        return left.teacher().isNone() == right.teacher().isNone()
                && left.teacher().columns() == right.teacher().columns();
    }

    private void requireFitting(TrainingSequence sequence, int index) {
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

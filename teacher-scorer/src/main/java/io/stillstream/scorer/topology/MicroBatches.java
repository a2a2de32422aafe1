package io.stillstream.scorer.topology;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Groups what was waiting into batches that waste little on padding.
 *
 * <p>A batch of n sequences costs n times its longest. So sequences go longest first, those to be written apart from those
 * to be scored only; the first of a batch is its longest, L, and with it the batch takes {@code floor(maxTokens / L)}
 * sequences, at least one.
 */
final class MicroBatches {

    private static final Comparator<Waiting> ORDER = Comparator.comparing(Waiting::lacksResponse)
            .thenComparing(Comparator.comparingInt(Waiting::tokens).reversed());

    private final int maxTokens;
    private final int maxRecords;

    MicroBatches(int maxTokens, int maxRecords) {
        this.maxTokens = maxTokens;
        this.maxRecords = maxRecords;
    }

    List<List<Waiting>> of(List<Waiting> waiting) {
        List<Waiting> sorted = waiting.stream().sorted(ORDER).toList();
        List<List<Waiting>> batches = new ArrayList<>();
        int from = 0;
        while (from < sorted.size()) {
            int to = end(sorted, from);
            batches.add(sorted.subList(from, to));
            from = to;
        }
        return batches;
    }

    private int end(List<Waiting> sorted, int from) {
        Waiting longest = sorted.get(from);
        int fitting = Math.max(1, maxTokens / Math.max(1, longest.tokens()));
        int limit = Math.min(sorted.size(), from + Math.min(fitting, maxRecords));
        int to = from + 1;
        while (to < limit && sorted.get(to).lacksResponse() == longest.lacksResponse()) {
            to++;
        }
        return to;
    }
}

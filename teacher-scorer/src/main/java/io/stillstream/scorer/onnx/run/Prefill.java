package io.stillstream.scorer.onnx.run;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.stillstream.scorer.onnx.graph.CacheSelectionGraph;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Runs texts through the backbone, from their first token to their last.
 *
 * <p>Texts are padded on the right, where no causal model looks. Where a run can continue from the model's cache, a
 * long batch goes through in windows of columns, so that attention's memory does not grow with the square of the length,
 * and a prefix that all texts of a batch share is run once.
 */
public final class Prefill {

    private final Backbone backbone;
    private final @Nullable OrtSession cacheSelection;
    private final int maxWindowTokens;
    private final long maxAttentionPairs;
    private final int sharedPrefixTokens;

    /**
     * @param cacheSelection of {@link CacheSelectionGraph}; null for models without a cache
     * @param maxWindowTokens the most columns of a window
     * @param maxAttentionPairs the most pairs of a position and one that it attends to, in one run
     * @param sharedPrefixTokens the shortest prefix of several texts that is run once for all of them; 0 for none
     */
    public Prefill(
            Backbone backbone,
            @Nullable OrtSession cacheSelection,
            int maxWindowTokens,
            long maxAttentionPairs,
            int sharedPrefixTokens) {
        this.backbone = backbone;
        this.cacheSelection = cacheSelection;
        this.maxWindowTokens = maxWindowTokens;
        this.maxAttentionPairs = maxAttentionPairs;
        this.sharedPrefixTokens = sharedPrefixTokens;
    }

    /**
     * Hidden states of texts, each from a position of its own on.
     *
     * @param cache of all columns; null for models without one. The caller closes it
     */
    public record Filled(
            List<HiddenStates> states, @Nullable KeyValueCache cache) implements AutoCloseable {

        /** The cache, which the caller closes from now on. */
        public KeyValueCache takeCache() {
            if (cache == null) {
                throw new IllegalStateException("the model has no cache to continue from");
            }
            return cache;
        }

        @Override
        public void close() {
            if (cache != null) {
                cache.close();
            }
        }
    }

    /** The hidden states that predict each token of each response. */
    public List<HiddenStates> states(List<TokenSequence> sequences) throws OrtException {
        HiddenStates[] states = new HiddenStates[sequences.size()];
        // Where activations are quantised with one scale for a whole run, the last token takes part in it, scored or
        // not.
        List<int[]> texts = sequences.stream()
                .map(backbone.signature().mixesRows() ? TokenSequence::text : TokenSequence::positions)
                .toList();
        int[] firsts = sequences.stream()
                .mapToInt(sequence -> sequence.prompt().length - 1)
                .toArray();
        for (PrefixGroups.Group group : groups(texts, firsts)) {
            List<Integer> members = group.members();
            int[] wanted = members.stream().mapToInt(member -> firsts[member]).toArray();
            try (Filled filled = fill(members.stream().map(texts::get).toList(), wanted, group.shared())) {
                for (int i = 0; i < members.size(); i++) {
                    states[members.get(i)] = filled.states().get(i);
                }
            }
        }
        return List.of(states);
    }

    private List<PrefixGroups.Group> groups(List<int[]> texts, int[] firsts) {
        List<Integer> all = IntStream.range(0, texts.size()).boxed().toList();
        if (backbone.signature().mixesRows()) {
            return all.stream()
                    .map(text -> new PrefixGroups.Group(List.of(text), 0))
                    .toList();
        }
        return sharedPrefixTokens > 0 && backbone.signature().continuesFromCache()
                ? PrefixGroups.of(texts, firsts, sharedPrefixTokens)
                : List.of(new PrefixGroups.Group(all, 0));
    }

    /**
     * Runs texts as one batch.
     *
     * @param firsts of each text the first position whose hidden state is wanted
     */
    public Filled fill(List<int[]> texts, int[] firsts) throws OrtException {
        List<PrefixGroups.Group> groups = groups(texts, firsts);
        return fill(texts, firsts, groups.size() == 1 ? groups.get(0).shared() : 0);
    }

    /** @param shared how many tokens all begin with alike, to be run once */
    private Filled fill(List<int[]> texts, int[] firsts, int shared) throws OrtException {
        List<HiddenStates> states =
                texts.stream().map(text -> new HiddenStates()).toList();
        int width = texts.stream().mapToInt(text -> text.length).max().orElseThrow();
        int done = 0;
        KeyValueCache cache = null;
        try {
            if (shared > 0) {
                cache = repeated(prefix(texts.get(0), shared), texts.size());
                done = shared;
            }
            while (done < width) {
                InputWindow window =
                        new InputWindow(texts, done, Math.min(width, done + columns(texts.size(), done, width)));
                // Each window of a long text has another shape, and the runtime would keep memory for all of them.
                boolean oneOfSeveral = window.from() > shared || window.to() < width;
                Backbone.Run run = backbone.run(window, cache, firsts, oneOfSeveral);
                distribute(run, window, firsts, states);
                if (cache != null) {
                    cache.close();
                }
                cache = run.cache();
                done = window.to();
            }
        } catch (OrtException | RuntimeException e) {
            if (cache != null) {
                cache.close();
            }
            throw e;
        }
        if (cacheSelection == null && cache != null) {
            cache.close();
            cache = null;
        }
        return new Filled(states, cache);
    }

    private KeyValueCache prefix(int[] text, int shared) throws OrtException {
        int[] prefix = Arrays.copyOf(text, shared);
        Filled filled = fill(List.of(prefix), new int[] {shared - 1}, 0);
        return filled.takeCache();
    }

    private KeyValueCache repeated(KeyValueCache cache, int times) throws OrtException {
        if (cacheSelection == null) {
            throw new IllegalStateException("a model without a cache has no rows to repeat");
        }
        return cache.select(cacheSelection, new long[times]);
    }

    /** The most columns w, at least one, for which B w (done + w) pairs attend within the budget. */
    private int columns(int rows, int done, int width) {
        if (!backbone.signature().continuesFromCache()) {
            return width;
        }
        double pairs = (double) maxAttentionPairs / rows;
        double most = (Math.sqrt((double) done * done + 4 * pairs) - done) / 2;
        return (int) Math.max(1, Math.min(maxWindowTokens, most));
    }

    private void distribute(Backbone.Run run, InputWindow window, int[] firsts, List<HiddenStates> states) {
        long[] places = window.places(firsts);
        ByteBuffer rows = run.rows();
        int count = places.length / 2;
        int rowBytes = count == 0 ? 0 : rows.remaining() / count;
        var runConstants = run.runConstants();
        for (int from = 0; from < count; ) {
            int to = from + 1;
            while (to < count && places[2 * to] == places[2 * from]) {
                to++;
            }
            HiddenStates of = states.get((int) places[2 * from]);
            of.append(rows.slice(from * rowBytes, (to - from) * rowBytes), to - from);
            of.runConstants(runConstants);
            from = to;
        }
    }

    /** All hidden states' rows in a list, one at a time. */
    public static List<ByteBuffer> split(ByteBuffer rows, int count) {
        int rowBytes = rows.remaining() / count;
        List<ByteBuffer> slices = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            slices.add(rows.slice(row * rowBytes, rowBytes));
        }
        return slices;
    }
}

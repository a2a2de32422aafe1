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
 * Runs texts through the body, from their first token to their last.
 *
 * <p>Texts are padded on the right, where no causal model looks. Where the model has a cache that it can go on from, a
 * long batch goes through in windows of columns, so that attention's memory does not grow with the square of the length,
 * and what all of a batch begin with is run once.
 */
public final class Prefill {

    private final Backbone body;
    private final @Nullable OrtSession cacheSelection;
    private final int windowTokens;
    private final int sharedPrefixTokens;

    /**
     * @param cacheSelection of {@link CacheSelectionGraph}; null for models without a cache
     * @param windowTokens the most columns of a window, and the square root of the most pairs of a position and one that
     *     it attends to
     * @param sharedPrefixTokens the fewest tokens that are run once for all texts that begin with them; 0 for none
     */
    public Prefill(Backbone body, @Nullable OrtSession cacheSelection, int windowTokens, int sharedPrefixTokens) {
        this.body = body;
        this.cacheSelection = cacheSelection;
        this.windowTokens = windowTokens;
        this.sharedPrefixTokens = sharedPrefixTokens;
    }

    /**
     * Hidden states of texts, each from a position of its own on.
     *
     * @param cache of all columns; null for models without one. The caller closes it
     */
    public record Filled(
            List<HiddenStates> states, @Nullable KeyValueCache cache) implements AutoCloseable {

        /** The cache, which is the taker's to close. */
        public KeyValueCache takeCache() {
            if (cache == null) {
                throw new IllegalStateException("the model has no cache to go on from");
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
        // Where one scale is taken over a whole run, the last token has its part in it though nothing follows it.
        List<int[]> texts = sequences.stream()
                .map(body.signature().mixesRows() ? TokenSequence::tokens : TokenSequence::positions)
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
        if (body.signature().mixesRows()) {
            return all.stream()
                    .map(text -> new PrefixGroups.Group(List.of(text), 0))
                    .toList();
        }
        return sharedPrefixTokens > 0 && body.signature().goesOn()
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
                cache = repeated(begin(texts.get(0), shared), texts.size());
                done = shared;
            }
            while (done < width) {
                InputWindow window =
                        new InputWindow(texts, done, Math.min(width, done + columns(texts.size(), done, width)));
                // Each window of a long text has another shape, and the runtime would keep memory for all of them.
                boolean oneOfSeveral = window.from() > shared || window.to() < width;
                Backbone.Run run = body.run(window, cache, firsts, oneOfSeveral);
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

    private KeyValueCache begin(int[] text, int shared) throws OrtException {
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
        if (!body.signature().goesOn()) {
            return width;
        }
        double pairs = (double) windowTokens * windowTokens / rows;
        double most = (Math.sqrt((double) done * done + 4 * pairs) - done) / 2;
        return (int) Math.max(1, Math.min(windowTokens, most));
    }

    private void distribute(Backbone.Run run, InputWindow window, int[] firsts, List<HiddenStates> states) {
        long[] places = window.places(firsts);
        ByteBuffer rows = run.rows();
        int count = places.length / 2;
        int rowBytes = count == 0 ? 0 : rows.remaining() / count;
        var uniforms = run.uniformValues();
        for (int from = 0; from < count; ) {
            int to = from + 1;
            while (to < count && places[2 * to] == places[2 * from]) {
                to++;
            }
            HiddenStates of = states.get((int) places[2 * from]);
            of.append(rows.slice(from * rowBytes, (to - from) * rowBytes), to - from);
            of.uniforms(uniforms);
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

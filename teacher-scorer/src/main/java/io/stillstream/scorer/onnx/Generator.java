package io.stillstream.scorer.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.stillstream.scorer.ScorerException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes responses in batches.
 *
 * <p>With a key-value cache, prompts are padded on the right and the padding stays in the cache, masked; a row's own
 * positions count on without it. Where padding has used up the context window, what is written so far becomes the prompt
 * of a new, smaller batch. Models that take no mask or no positions would count the padding, so their batches hold
 * prompts of one length. Without a cache every step runs over everything written so far.
 */
final class Generator {

    /** A batch shrinks when this share of its rows, or less, still writes. */
    private static final double SHRINK_AT = 0.75;

    private final DecoderSignature signature;
    private final OrtSession session;
    private final @Nullable OrtSession cacheSelection;
    private final NextTokens nextTokens;
    private final int contextWindow;

    /**
     * @param cacheSelection of {@link CacheSelectionGraph}; null for models without a cache
     * @param contextWindow the most positions of a run, padding included
     */
    Generator(
            DecoderSignature signature,
            OrtSession session,
            @Nullable OrtSession cacheSelection,
            NextTokens nextTokens,
            int contextWindow) {
        this.signature = signature;
        this.session = session;
        this.cacheSelection = cacheSelection;
        this.nextTokens = nextTokens;
        this.contextWindow = contextWindow;
    }

    /** Writes each until it is finished. */
    void write(List<Continuation> continuations) {
        try {
            for (List<Continuation> batch : batches(continuations)) {
                if (cacheSelection == null) {
                    writeWithoutCache(batch);
                } else {
                    writeWithCache(batch, cacheSelection);
                }
            }
        } catch (OrtException e) {
            throw new ScorerException("writing " + continuations.size() + " responses failed: " + e.getMessage(), e);
        }
    }

    private Collection<List<Continuation>> batches(List<Continuation> continuations) {
        if (continuations.isEmpty()) {
            return List.of();
        }
        boolean countsPadding =
                !(signature.has(DecoderSignature.ATTENTION_MASK) && signature.has(DecoderSignature.POSITION_IDS));
        return signature.cached() && countsPadding
                ? continuations.stream()
                        .collect(Collectors.groupingBy(Continuation::length, TreeMap::new, Collectors.toList()))
                        .values()
                : List.of(continuations);
    }

    private void writeWithoutCache(List<Continuation> batch) throws OrtException {
        List<Continuation> rows = batch;
        while (!rows.isEmpty()) {
            try (OrtSession.Result result = runWhole(rows)) {
                nextTokens.extend(rows, result);
            }
            rows = rows.stream().filter(row -> !row.finished()).toList();
        }
    }

    private void writeWithCache(List<Continuation> batch, OrtSession selection) throws OrtException {
        List<Continuation> rows = batch;
        int promptWidth = batch.stream().mapToInt(Continuation::length).max().orElseThrow();
        OrtSession.Result first = runWhole(rows);
        KeyValueCache cache = new KeyValueCache(signature, first);
        try {
            nextTokens.extend(rows, first);
            for (int steps = 1; rows.stream().anyMatch(row -> !row.finished()); steps++) {
                long[] unfinished = unfinished(rows);
                if (promptWidth + steps > contextWindow) {
                    writeWithCache(rows.stream().filter(row -> !row.finished()).toList(), selection);
                    return;
                }
                if (unfinished.length <= rows.size() * SHRINK_AT) {
                    cache = cache.select(selection, unfinished);
                    rows = rows.stream().filter(row -> !row.finished()).toList();
                }
                OrtSession.Result result = runStep(rows, promptWidth, steps, cache);
                cache.close();
                cache = new KeyValueCache(signature, result);
                nextTokens.extend(rows, result);
            }
        } finally {
            cache.close();
        }
    }

    private static long[] unfinished(List<Continuation> rows) {
        List<Long> indices = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            if (!rows.get(row).finished()) {
                indices.add((long) row);
            }
        }
        return indices.stream().mapToLong(Long::longValue).toArray();
    }

    /** Runs over all tokens there are, from an empty cache. */
    private OrtSession.Result runWhole(List<Continuation> rows) throws OrtException {
        int count = rows.size();
        int width = rows.stream().mapToInt(Continuation::length).max().orElseThrow();
        long[] ids = new long[count * width];
        long[] attention = new long[count * width];
        long[] positionIds = new long[count * width];
        long[] last = new long[count];
        for (int row = 0; row < count; row++) {
            Continuation continuation = rows.get(row);
            for (int t = 0; t < continuation.length(); t++) {
                ids[row * width + t] = continuation.id(t);
                attention[row * width + t] = 1;
                positionIds[row * width + t] = t;
            }
            last[row] = continuation.length() - 1L;
        }
        try (Feeds feeds = new Feeds(signature)) {
            feeds.decoderInput(DecoderSignature.INPUT_IDS, ids, count, width);
            feeds.decoderInput(DecoderSignature.ATTENTION_MASK, attention, count, width);
            feeds.decoderInput(DecoderSignature.POSITION_IDS, positionIds, count, width);
            feeds.emptyCache(count);
            return run(feeds, last);
        }
    }

    /** Runs over the token each row wrote last; a finished row's is run again and its outcome ignored. */
    private OrtSession.Result runStep(List<Continuation> rows, int promptWidth, int steps, KeyValueCache cache)
            throws OrtException {
        int count = rows.size();
        int width = promptWidth + steps;
        long[] ids = new long[count];
        long[] attention = new long[count * width];
        long[] positionIds = new long[count];
        for (int row = 0; row < count; row++) {
            Continuation continuation = rows.get(row);
            ids[row] = continuation.id(continuation.length() - 1);
            positionIds[row] = continuation.length() - 1L;
            for (int t = 0; t < width; t++) {
                attention[row * width + t] = t < continuation.length() - steps || t >= promptWidth ? 1 : 0;
            }
        }
        try (Feeds feeds = new Feeds(signature)) {
            feeds.decoderInput(DecoderSignature.INPUT_IDS, ids, count, 1);
            feeds.decoderInput(DecoderSignature.ATTENTION_MASK, attention, count, width);
            feeds.decoderInput(DecoderSignature.POSITION_IDS, positionIds, count, 1);
            feeds.borrowed(cache.tensors());
            return run(feeds, new long[count]);
        }
    }

    private OrtSession.Result run(Feeds feeds, long[] positions) throws OrtException {
        feeds.longs(SelectedLogits.POSITIONS, positions, positions.length, 1, 1);
        if (!nextTokens.config().greedy()) {
            feeds.floats(
                    GenerationGraph.TEMPERATURE,
                    new float[] {(float) nextTokens.config().temperature()},
                    1);
        }
        return session.run(feeds.tensors());
    }
}

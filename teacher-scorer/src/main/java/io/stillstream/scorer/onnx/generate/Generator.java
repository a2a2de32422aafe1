package io.stillstream.scorer.onnx.generate;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.onnx.graph.CacheSelectionGraph;
import io.stillstream.scorer.onnx.graph.DecoderSignature;
import io.stillstream.scorer.onnx.run.Backbone;
import io.stillstream.scorer.onnx.run.HiddenStates;
import io.stillstream.scorer.onnx.run.KeyValueCache;
import io.stillstream.scorer.onnx.run.Prefill;
import io.stillstream.scorer.onnx.run.RunConstant;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes responses in batches, and keeps the hidden states that their tokens were chosen after, where they can be scored
 * from these: what is scored is then what was written, from the same runs of the body.
 *
 * <p>With a key-value cache, prompts are padded on the right and the padding stays in the cache, masked; a row's own
 * positions count on without it. Where padding has used up the context window, what is written so far becomes the prompt
 * of a new, smaller batch. Models that cannot tell padding get batches of prompts of one length; those whose rows depend on
 * each other write one at a time. Without a cache every step runs over everything written so far.
 */
public final class Generator {

    /** A batch shrinks when this share of its rows, or less, still writes. */
    private static final double SHRINK_AT = 0.75;

    private final Backbone body;
    private final Prefill prefill;
    private final TokenSampler writing;
    private final @Nullable OrtSession cacheSelection;
    private final GenerationConfig config;
    private final StopStrings stopStrings;
    private final Set<Integer> stopIds;
    private final int contextWindow;
    private final boolean keepsStates;

    /**
     * @param cacheSelection of {@link CacheSelectionGraph}; null for models without a cache
     * @param contextWindow the most positions of a run, padding included
     * @param keepsStates whether what is written can be scored from its hidden states
     */
    public Generator(
            Backbone body,
            Prefill prefill,
            TokenSampler writing,
            @Nullable OrtSession cacheSelection,
            GenerationConfig config,
            TextTokenizer tokenizer,
            Set<Integer> stopIds,
            int contextWindow,
            boolean keepsStates) {
        this.body = body;
        this.prefill = prefill;
        this.writing = writing;
        this.cacheSelection = cacheSelection;
        this.config = config;
        this.stopStrings = new StopStrings(config.stop(), tokenizer);
        this.stopIds = stopIds;
        this.contextWindow = contextWindow;
        this.keepsStates = keepsStates;
    }

    /** Writes each until it is finished. */
    public void write(List<GeneratedSequence> continuations) {
        try {
            for (List<GeneratedSequence> batch : batches(continuations)) {
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

    private Collection<List<GeneratedSequence>> batches(List<GeneratedSequence> continuations) {
        if (continuations.isEmpty()) {
            return List.of();
        }
        DecoderSignature signature = body.signature();
        if (signature.mixesRows()) {
            return continuations.stream().map(List::of).toList();
        }
        return signature.cached() && !signature.knowsPadding()
                ? continuations.stream()
                        .collect(Collectors.groupingBy(GeneratedSequence::length, TreeMap::new, Collectors.toList()))
                        .values()
                : List.of(continuations);
    }

    private void writeWithoutCache(List<GeneratedSequence> batch) throws OrtException {
        List<GeneratedSequence> rows = batch;
        while (!rows.isEmpty()) {
            try (Prefill.Filled filled = fill(rows)) {
                extend(rows, filled);
            }
            rows = rows.stream().filter(row -> !row.finished()).toList();
        }
    }

    private void writeWithCache(List<GeneratedSequence> batch, OrtSession selection) throws OrtException {
        List<GeneratedSequence> rows = batch;
        int promptWidth =
                batch.stream().mapToInt(GeneratedSequence::length).max().orElseThrow();
        Prefill.Filled filled = fill(rows);
        KeyValueCache cache = filled.takeCache();
        try {
            extend(rows, filled);
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
                Backbone.Run run = step(rows, promptWidth, steps, cache);
                cache.close();
                cache = run.cache();
                extend(rows, Prefill.split(run.rows(), rows.size()), run.uniformValues());
            }
        } finally {
            cache.close();
        }
    }

    private static long[] unfinished(List<GeneratedSequence> rows) {
        List<Long> indices = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            if (!rows.get(row).finished()) {
                indices.add((long) row);
            }
        }
        return indices.stream().mapToLong(Long::longValue).toArray();
    }

    /** Runs over all tokens there are. */
    private Prefill.Filled fill(List<GeneratedSequence> rows) throws OrtException {
        return prefill.fill(
                rows.stream().map(GeneratedSequence::text).toList(),
                rows.stream().mapToInt(row -> row.length() - 1).toArray());
    }

    /** Runs over the token each row wrote last; a finished row's is run again and its outcome ignored. */
    private Backbone.Run step(List<GeneratedSequence> rows, int promptWidth, int steps, KeyValueCache cache)
            throws OrtException {
        int count = rows.size();
        int width = promptWidth + steps;
        long[] ids = new long[count];
        long[] attention = new long[count * width];
        long[] positionIds = new long[count];
        long[] wanted = new long[2 * count];
        for (int row = 0; row < count; row++) {
            GeneratedSequence continuation = rows.get(row);
            ids[row] = continuation.id(continuation.length() - 1);
            positionIds[row] = continuation.length() - 1L;
            wanted[2 * row] = row;
            for (int t = 0; t < width; t++) {
                attention[row * width + t] = t < continuation.length() - steps || t >= promptWidth ? 1 : 0;
            }
        }
        return body.run(count, ids, attention, positionIds, wanted, cache);
    }

    private void extend(List<GeneratedSequence> rows, Prefill.Filled filled) throws OrtException {
        List<ByteBuffer> states =
                filled.states().stream().map(HiddenStates::row).toList();
        extend(rows, states, filled.states().get(0).uniforms());
    }

    /** Chooses each row's next token. */
    private void extend(List<GeneratedSequence> rows, List<ByteBuffer> states, Map<String, RunConstant> uniforms)
            throws OrtException {
        TopTokens candidates = writing.after(states, uniforms);
        for (int row = 0; row < rows.size(); row++) {
            GeneratedSequence continuation = rows.get(row);
            if (continuation.finished()) {
                continue;
            }
            int id = config.greedy()
                    ? candidates.likeliest(row)
                    : candidates.drawn(row, config.topP(), continuation.draw());
            if (stopIds.contains(id)) {
                continuation.stop();
            } else {
                continuation.append(id);
                if (keepsStates) {
                    continuation.keep(states.get(row));
                }
                stopStrings.foundIn(continuation).ifPresent(continuation::stopBefore);
            }
        }
    }
}

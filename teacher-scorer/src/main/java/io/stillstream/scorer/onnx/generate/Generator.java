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
 * Generates responses in batches, and keeps the hidden states that their tokens were chosen after, where they can be scored
 * from these: what is scored is then what was generated, from the same runs of the backbone.
 *
 * <p>With a key-value cache, prompts are padded on the right and the padding stays in the cache, masked; a row's own
 * positions do not count it. Where padding has used up the context window, what is generated so far becomes the prompt
 * of a new, smaller batch. Models that cannot mask padding get batches of prompts of one length; those whose rows depend on
 * each other generate one sequence at a time. Without a cache every step runs over all tokens so far.
 */
public final class Generator {

    /** A batch shrinks when this share of its rows, or less, is unfinished. */
    private static final double SHRINK_AT = 0.75;

    private final Backbone backbone;
    private final Prefill prefill;
    private final TokenSampler sampler;
    private final @Nullable OrtSession cacheSelection;
    private final GenerationConfig config;
    private final StopStrings stopStrings;
    private final Set<Integer> stopIds;
    private final int contextWindow;
    private final boolean keepsStates;

    /**
     * @param cacheSelection of {@link CacheSelectionGraph}; null for models without a cache
     * @param contextWindow the most positions of a run, padding included
     * @param keepsStates whether what is generated can be scored from its hidden states
     */
    public Generator(
            Backbone backbone,
            Prefill prefill,
            TokenSampler sampler,
            @Nullable OrtSession cacheSelection,
            GenerationConfig config,
            TextTokenizer tokenizer,
            Set<Integer> stopIds,
            int contextWindow,
            boolean keepsStates) {
        this.backbone = backbone;
        this.prefill = prefill;
        this.sampler = sampler;
        this.cacheSelection = cacheSelection;
        this.config = config;
        this.stopStrings = new StopStrings(config.stop(), tokenizer);
        this.stopIds = stopIds;
        this.contextWindow = contextWindow;
        this.keepsStates = keepsStates;
    }

    /** Continues each until it is finished. */
    public void generate(List<GeneratedSequence> sequences) {
        try {
            for (List<GeneratedSequence> batch : batches(sequences)) {
                if (cacheSelection == null) {
                    generateWithoutCache(batch);
                } else {
                    generateWithCache(batch, cacheSelection);
                }
            }
        } catch (OrtException e) {
            throw new ScorerException("generating " + sequences.size() + " responses failed: " + e.getMessage(), e);
        }
    }

    private Collection<List<GeneratedSequence>> batches(List<GeneratedSequence> sequences) {
        if (sequences.isEmpty()) {
            return List.of();
        }
        DecoderSignature signature = backbone.signature();
        if (signature.mixesRows()) {
            return sequences.stream().map(List::of).toList();
        }
        return signature.cached() && !signature.masksPadding()
                ? sequences.stream()
                        .collect(Collectors.groupingBy(GeneratedSequence::length, TreeMap::new, Collectors.toList()))
                        .values()
                : List.of(sequences);
    }

    private void generateWithoutCache(List<GeneratedSequence> batch) throws OrtException {
        List<GeneratedSequence> rows = batch;
        while (!rows.isEmpty()) {
            try (Prefill.Filled filled = fill(rows)) {
                extend(rows, filled);
            }
            rows = rows.stream().filter(row -> !row.finished()).toList();
        }
    }

    private void generateWithCache(List<GeneratedSequence> batch, OrtSession selection) throws OrtException {
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
                    generateWithCache(
                            rows.stream().filter(row -> !row.finished()).toList(), selection);
                    return;
                }
                if (unfinished.length <= rows.size() * SHRINK_AT) {
                    cache = cache.select(selection, unfinished);
                    rows = rows.stream().filter(row -> !row.finished()).toList();
                }
                Backbone.Run run = step(rows, promptWidth, steps, cache);
                cache.close();
                cache = run.cache();
                extend(rows, Prefill.split(run.rows(), rows.size()), run.runConstants());
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

    /** Runs over all tokens so far. */
    private Prefill.Filled fill(List<GeneratedSequence> rows) throws OrtException {
        return prefill.fill(
                rows.stream().map(GeneratedSequence::text).toList(),
                rows.stream().mapToInt(row -> row.length() - 1).toArray());
    }

    /** Runs over each row's last token; a finished row's is run again and its outcome ignored. */
    private Backbone.Run step(List<GeneratedSequence> rows, int promptWidth, int steps, KeyValueCache cache)
            throws OrtException {
        int count = rows.size();
        int width = promptWidth + steps;
        long[] ids = new long[count];
        long[] attention = new long[count * width];
        long[] positionIds = new long[count];
        long[] wanted = new long[2 * count];
        for (int row = 0; row < count; row++) {
            GeneratedSequence sequence = rows.get(row);
            ids[row] = sequence.id(sequence.length() - 1);
            positionIds[row] = sequence.length() - 1L;
            wanted[2 * row] = row;
            for (int t = 0; t < width; t++) {
                attention[row * width + t] = t < sequence.length() - steps || t >= promptWidth ? 1 : 0;
            }
        }
        return backbone.run(count, ids, attention, positionIds, wanted, cache);
    }

    private void extend(List<GeneratedSequence> rows, Prefill.Filled filled) throws OrtException {
        List<ByteBuffer> states =
                filled.states().stream().map(HiddenStates::row).toList();
        extend(rows, states, filled.states().get(0).runConstants());
    }

    /** Chooses each row's next token. */
    private void extend(List<GeneratedSequence> rows, List<ByteBuffer> states, Map<String, RunConstant> runConstants)
            throws OrtException {
        TopTokens topTokens = sampler.after(states, runConstants);
        for (int row = 0; row < rows.size(); row++) {
            GeneratedSequence sequence = rows.get(row);
            if (sequence.finished()) {
                continue;
            }
            if (!topTokens.finite(row)) {
                sequence.fail();
                continue;
            }
            int id = config.greedy()
                    ? topTokens.mostLikely(row)
                    : topTokens.sampled(row, config.topP(), sequence.draw());
            if (keepsStates) {
                sequence.keep(states.get(row));
            }
            if (stopIds.contains(id)) {
                sequence.stop(id);
            } else {
                sequence.append(id);
                stopStrings.foundAfter(sequence, id).ifPresent(sequence::stopBefore);
            }
        }
    }
}

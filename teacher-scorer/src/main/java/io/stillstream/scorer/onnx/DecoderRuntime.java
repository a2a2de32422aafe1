package io.stillstream.scorer.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.onnx.generate.GeneratedSequence;
import io.stillstream.scorer.onnx.generate.Generator;
import io.stillstream.scorer.onnx.generate.TokenSampler;
import io.stillstream.scorer.onnx.graph.BackboneGraph;
import io.stillstream.scorer.onnx.graph.CacheSelectionGraph;
import io.stillstream.scorer.onnx.graph.ColumnSelection;
import io.stillstream.scorer.onnx.graph.DecoderGraph;
import io.stillstream.scorer.onnx.graph.DecoderSignature;
import io.stillstream.scorer.onnx.graph.DerivedGraphCache;
import io.stillstream.scorer.onnx.graph.GenerationGraph;
import io.stillstream.scorer.onnx.graph.LmHead;
import io.stillstream.scorer.onnx.graph.LmHeadInliner;
import io.stillstream.scorer.onnx.graph.ScoringGraph;
import io.stillstream.scorer.onnx.run.Backbone;
import io.stillstream.scorer.onnx.run.Distribution;
import io.stillstream.scorer.onnx.run.HiddenStates;
import io.stillstream.scorer.onnx.run.Prefill;
import io.stillstream.scorer.onnx.run.ScoringSession;
import io.stillstream.scorer.onnx.run.TokenSequence;
import io.stillstream.scorer.onnx.run.device.MemoryConfig;
import io.stillstream.scorer.onnx.run.device.SessionFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A decoder's derived graphs as open sessions: its backbone, and its LM head for scoring and for generation. */
final class DecoderRuntime {

    private static final Logger LOG = LoggerFactory.getLogger(DecoderRuntime.class);

    private final Backbone backbone;
    private final Prefill prefill;
    private final ScoringSession scoring;
    private final Generator generator;
    private final int maxPositions;

    private DecoderRuntime(
            Backbone backbone, Prefill prefill, ScoringSession scoring, Generator generator, int maxPositions) {
        this.backbone = backbone;
        this.prefill = prefill;
        this.scoring = scoring;
        this.generator = generator;
        this.maxPositions = maxPositions;
    }

    static DecoderRuntime open(
            TeacherConfig config,
            TeacherFiles files,
            DecoderGraph decoder,
            int vocabularySize,
            ColumnSelection columnSelection,
            TextTokenizer tokenizer,
            SessionFactory sessions) {
        DecoderSignature signature = decoder.signature();
        LmHead lmHead = LmHead.of(decoder.model().getGraph());
        DerivedGraphCache graphs = DerivedGraphCache.of(decoder, config.cacheDirectory());
        MemoryConfig memory = config.memory();
        boolean greedy = config.generation().greedy();
        Backbone backbone = new Backbone(
                signature,
                sessions.open(graphs.path(BackboneGraph.NAME, () -> BackboneGraph.derive(decoder, lmHead))),
                lmHead);
        try {
            Map<String, DataType> runConstantTypes = backbone.runConstantTypes();
            OnnxJavaType rowType = backbone.javaRowType();
            LmHeadInliner inliner = new LmHeadInliner(decoder, lmHead, backbone.rowType(), vocabularySize);
            ScoringSession scoring = new ScoringSession(
                    sessions.open(graphs.path(
                            ScoringGraph.name(columnSelection),
                            () -> ScoringGraph.derive(inliner, runConstantTypes, columnSelection))),
                    rowType,
                    columnSelection,
                    memory.chunkPositions(vocabularySize));
            TokenSampler sampler = new TokenSampler(
                    sessions,
                    graphs.path(
                            GenerationGraph.name(greedy),
                            () -> GenerationGraph.derive(inliner, runConstantTypes, greedy)),
                    rowType,
                    config.generation());
            @Nullable
            OrtSession cacheSelection = signature.cached()
                    ? sessions.open(graphs.path(CacheSelectionGraph.NAME, () -> CacheSelectionGraph.of(signature)))
                    : null;
            Prefill prefill = new Prefill(
                    backbone,
                    cacheSelection,
                    memory.windowTokens(),
                    memory.attentionPairs(),
                    config.sharedPrefixTokens());
            Generator generator = new Generator(
                    backbone,
                    prefill,
                    sampler,
                    cacheSelection,
                    config.generation(),
                    tokenizer,
                    files.stopIds(tokenizer),
                    files.contextWindow(),
                    // Without an LM head the hidden states are logits, and each step of a quantised one has a scale of
                    // its own.
                    lmHead.found() && lmHead.runConstants().isEmpty());
            return new DecoderRuntime(
                    backbone, prefill, scoring, generator, maxPositions(memory, files, lmHead, vocabularySize));
        } catch (OrtException e) {
            throw new ScorerException("ONNX Runtime cannot read the types of " + files.model() + ": " + e, e);
        }
    }

    /** A model whose logits cannot be made a few positions at a time holds those of all positions of a run. */
    private static int maxPositions(MemoryConfig memory, TeacherFiles files, LmHead lmHead, int vocabularySize) {
        if (lmHead.found()) {
            return Integer.MAX_VALUE;
        }
        int most = memory.uncutPositions(vocabularySize);
        LOG.warn(
                "no output projection was found at the end of {}: a run holds the logits of all its positions, so it takes"
                        + " {} at most",
                files.model(),
                most);
        return most;
    }

    /** The most positions that one text may have. */
    int maxPositions() {
        return maxPositions;
    }

    /** Scores a batch of meaningless texts of one length, of which half is response. */
    void warmUp(int rows, int length) {
        int[] tokens = new int[length - length / 2];
        TokenSequence sequence = new TokenSequence(tokens, tokens, OptionalInt.empty());
        try {
            scoring.score(
                    prefill.states(Collections.nCopies(rows, sequence)),
                    Collections.nCopies(rows, sequence.scored()),
                    Collections.nCopies(rows, 0L));
        } catch (OrtException e) {
            throw new ScorerException("warming up with " + rows + " texts of " + length + " tokens failed: " + e, e);
        }
    }

    /** Continues each sequence until it is finished. */
    void generate(List<GeneratedSequence> sequences) {
        generator.generate(sequences);
    }

    /**
     * One distribution for each response, in their order.
     *
     * @param seeds of each response's draws
     */
    List<Distribution> distributions(List<Response> responses, List<Long> seeds) {
        if (responses.isEmpty()) {
            return List.of();
        }
        try {
            List<Distribution> distributions = new ArrayList<>();
            for (List<Response> run : runs(responses)) {
                int from = distributions.size();
                distributions.addAll(scoring.score(states(run), tokens(run), seeds.subList(from, from + run.size())));
            }
            return distributions;
        } catch (OrtException e) {
            throw new ScorerException("scoring " + responses.size() + " responses failed: " + e.getMessage(), e);
        }
    }

    private List<List<Response>> runs(List<Response> responses) {
        List<List<Response>> runs = new ArrayList<>();
        List<Response> run = new ArrayList<>();
        int longest = 0;
        for (Response response : responses) {
            int length = response.sequence().length();
            longest = Math.max(longest, length);
            if (!run.isEmpty()
                    && (backbone.signature().mixesRows() || (long) longest * (run.size() + 1) > maxPositions)) {
                runs.add(run);
                run = new ArrayList<>();
                longest = length;
            }
            run.add(response);
        }
        runs.add(run);
        return runs;
    }

    /** The hidden states that generation kept, and for other responses those of a run of the backbone. */
    private List<HiddenStates> states(List<Response> responses) throws OrtException {
        List<Response> unread =
                responses.stream().filter(response -> response.states() == null).toList();
        List<HiddenStates> read = unread.isEmpty()
                ? List.of()
                : prefill.states(unread.stream().map(Response::sequence).toList());
        List<HiddenStates> states = new ArrayList<>();
        int next = 0;
        for (Response response : responses) {
            HiddenStates left = response.states();
            states.add(left != null ? left : read.get(next++));
        }
        return states;
    }

    private static List<int[]> tokens(List<Response> responses) {
        return responses.stream().map(response -> response.sequence().scored()).toList();
    }
}

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
import io.stillstream.scorer.onnx.run.InputWindow;
import io.stillstream.scorer.onnx.run.Prefill;
import io.stillstream.scorer.onnx.run.RuntimeOnlyScorer;
import io.stillstream.scorer.onnx.run.ScoringSession;
import io.stillstream.scorer.onnx.run.SessionFactory;
import io.stillstream.scorer.onnx.run.TokenSequence;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A decoder's derived graphs, opened: its body, its scoring and writing heads, and what runs them. */
public final class DecoderRuntime {

    private static final Logger LOG = LoggerFactory.getLogger(DecoderRuntime.class);
    private static final long MEBIBYTE = 1L << 20;

    private final Backbone body;
    private final Prefill prefill;
    private final ScoringSession scoring;
    private final Generator generator;
    private final int mostPositions;

    private DecoderRuntime(
            Backbone body, Prefill prefill, ScoringSession scoring, Generator generator, int mostPositions) {
        this.body = body;
        this.prefill = prefill;
        this.scoring = scoring;
        this.generator = generator;
        this.mostPositions = mostPositions;
    }

    public static DecoderRuntime open(
            TeacherConfig config,
            TeacherFiles files,
            DecoderGraph decoder,
            int vocabularySize,
            TextTokenizer tokenizer,
            SessionFactory sessions) {
        DecoderSignature signature = decoder.signature();
        LmHead tail = LmHead.of(decoder.model().getGraph());
        DerivedGraphCache derived = DerivedGraphCache.of(decoder, config);
        ColumnSelection kept =
                new ColumnSelection(config.selection(), config.ranking(), Math.min(config.topK(), vocabularySize));
        int mostPositions = mostPositions(config, files, tail, vocabularySize);
        Backbone body = new Backbone(
                signature, sessions.open(derived.path("body", () -> BackboneGraph.derive(decoder, tail))), tail);
        try {
            DataType rowType = body.rowType();
            Map<String, DataType> uniformTypes = body.uniformTypes();
            OnnxJavaType javaType = body.javaRowType();
            LmHeadInliner copies = new LmHeadInliner(decoder, tail, rowType, vocabularySize);
            ScoringSession scoring = new ScoringSession(
                    sessions.open(derived.path(
                            "scoring-" + kept.key(), () -> ScoringGraph.derive(copies, uniformTypes, kept))),
                    javaType,
                    kept,
                    positions(config.memory().logitMebibytes(), vocabularySize));
            boolean greedy = config.generation().greedy();
            TokenSampler writing = new TokenSampler(
                    sessions,
                    derived.path(
                            greedy ? "greedy" : "drawing", () -> GenerationGraph.derive(copies, uniformTypes, greedy)),
                    javaType,
                    config.generation());
            @Nullable
            OrtSession cacheSelection = signature.cached()
                    ? sessions.open(derived.path("cache-selection", () -> CacheSelectionGraph.of(signature)))
                    : null;
            Prefill prefill =
                    new Prefill(body, cacheSelection, config.memory().windowTokens(), config.sharedPrefixTokens());
            Generator generator = new Generator(
                    body,
                    prefill,
                    writing,
                    cacheSelection,
                    config.generation(),
                    tokenizer,
                    files.stopIds(tokenizer),
                    files.contextWindow(),
                    // The rows of a tail that is not cut are logits, and each step of a quantised one has a scale of
                    // its own.
                    tail.cut() && tail.uniforms().isEmpty());
            return new DecoderRuntime(body, prefill, scoring, generator, mostPositions);
        } catch (OrtException e) {
            throw new ScorerException("ONNX Runtime cannot tell the types of " + files.model() + ": " + e, e);
        }
    }

    /** A model whose logits cannot be made a few positions at a time holds those of all positions of a run. */
    private static int mostPositions(TeacherConfig config, TeacherFiles files, LmHead tail, int vocabularySize) {
        if (tail.cut()) {
            return Integer.MAX_VALUE;
        }
        int most = positions(config.memory().uncutMebibytes(), vocabularySize);
        LOG.warn(
                "no output projection was found at the end of {}: a run holds the logits of all its positions, so it takes"
                        + " {} at most",
                files.model(),
                most);
        return most;
    }

    /** Of how many positions the logits take so much memory, and no more. */
    private static int positions(long mebibytes, int vocabularySize) {
        return (int) Math.max(1, mebibytes * MEBIBYTE / (Float.BYTES * (long) vocabularySize));
    }

    /** The most positions that one text may have. */
    public int mostPositions() {
        return mostPositions;
    }

    /** Scores texts of one length, of which half is response, that say nothing. */
    public void rehearse(int rows, int length) {
        int[] tokens = new int[length - length / 2];
        TokenSequence sequence = new TokenSequence(tokens, tokens);
        try {
            scoring.score(
                    prefill.states(Collections.nCopies(rows, sequence)),
                    Collections.nCopies(rows, sequence.response()));
        } catch (OrtException e) {
            throw new ScorerException("a rehearsal of " + rows + " texts of " + length + " tokens failed: " + e, e);
        }
    }

    /** Writes each until it is finished. */
    public void write(List<GeneratedSequence> continuations) {
        generator.write(continuations);
    }

    /** One distribution for each response, in their order. */
    public List<Distribution> distributions(List<Response> responses) {
        if (responses.isEmpty()) {
            return List.of();
        }
        try {
            List<Distribution> distributions = new ArrayList<>();
            for (List<Response> run : runs(responses)) {
                distributions.addAll(scoring.score(states(run), tokens(run)));
            }
            return distributions;
        } catch (OrtException e) {
            throw new ScorerException("scoring " + responses.size() + " responses failed: " + e.getMessage(), e);
        }
    }

    /** The runtime's share of scoring responses that all go through in one run. */
    public RuntimeOnlyScorer bareRuns(List<Response> responses) {
        if (body.signature().mixesRows()) {
            throw new ScorerException("the model's rows depend on each other, so a batch of it is no single run");
        }
        List<int[]> texts = responses.stream()
                .map(response -> response.sequence().positions())
                .toList();
        int[] firsts = responses.stream()
                .mapToInt(response -> response.sequence().prompt().length - 1)
                .toArray();
        int width = texts.stream().mapToInt(text -> text.length).max().orElseThrow();
        try {
            List<HiddenStates> states = states(responses);
            return new RuntimeOnlyScorer(
                    body.prepare(new InputWindow(texts, 0, width), firsts), scoring.prepare(states, tokens(responses)));
        } catch (OrtException e) {
            throw new ScorerException("preparing a run over " + responses.size() + " responses failed: " + e, e);
        }
    }

    private List<List<Response>> runs(List<Response> responses) {
        List<List<Response>> runs = new ArrayList<>();
        List<Response> run = new ArrayList<>();
        int longest = 0;
        for (Response response : responses) {
            int length = response.sequence().length();
            longest = Math.max(longest, length);
            if (!run.isEmpty() && (body.signature().mixesRows() || (long) longest * (run.size() + 1) > mostPositions)) {
                runs.add(run);
                run = new ArrayList<>();
                longest = length;
            }
            run.add(response);
        }
        runs.add(run);
        return runs;
    }

    /** What writing left, and for the others a run of the body. */
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
        return responses.stream()
                .map(response -> response.sequence().response())
                .toList();
    }
}

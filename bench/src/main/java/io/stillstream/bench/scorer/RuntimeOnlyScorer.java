package io.stillstream.bench.scorer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.onnx.TeacherConfig;
import io.stillstream.scorer.onnx.TeacherFiles;
import io.stillstream.scorer.onnx.graph.BackboneGraph;
import io.stillstream.scorer.onnx.graph.ColumnSelection;
import io.stillstream.scorer.onnx.graph.DecoderGraph;
import io.stillstream.scorer.onnx.graph.DerivedGraphCache;
import io.stillstream.scorer.onnx.graph.LmHead;
import io.stillstream.scorer.onnx.graph.LmHeadInliner;
import io.stillstream.scorer.onnx.graph.ScoringGraph;
import io.stillstream.scorer.onnx.run.Backbone;
import io.stillstream.scorer.onnx.run.HiddenStates;
import io.stillstream.scorer.onnx.run.InputWindow;
import io.stillstream.scorer.onnx.run.Prefill;
import io.stillstream.scorer.onnx.run.RunInputs;
import io.stillstream.scorer.onnx.run.ScoringInputs;
import io.stillstream.scorer.onnx.run.TokenSequence;
import io.stillstream.scorer.onnx.run.device.Device;
import io.stillstream.scorer.onnx.run.device.SessionFactory;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * The runs of the derived graphs that score a batch, and nothing else: their inputs are made beforehand, hidden states
 * included, and their outputs are dropped. No scorer on these graphs can be faster.
 */
public final class RuntimeOnlyScorer implements AutoCloseable {

    private final SessionFactory sessions;
    private final OrtSession backbone;
    private final RunInputs backboneInputs;
    private final OrtSession scoring;
    private final ScoringInputs scoringInputs;

    private RuntimeOnlyScorer(
            SessionFactory sessions,
            OrtSession backbone,
            RunInputs backboneInputs,
            OrtSession scoring,
            ScoringInputs scoringInputs) {
        this.sessions = sessions;
        this.backbone = backbone;
        this.backboneInputs = backboneInputs;
        this.scoring = scoring;
        this.scoringInputs = scoringInputs;
    }

    /**
     * Opens the graphs that the teacher's cache directory holds.
     *
     * @param vocabularySize of the model
     * @param batch prompts with responses, which all go through in one run
     */
    static RuntimeOnlyScorer open(TeacherConfig config, int vocabularySize, List<Admission.Admitted> batch) {
        SessionFactory sessions =
                new SessionFactory(Device.parse(config.device()), config.threadsOrAll(), config.cuda());
        try {
            return open(config, vocabularySize, TokenSequences.of(batch), sessions);
        } catch (OrtException e) {
            sessions.close();
            throw new ScorerException("preparing a run over " + batch.size() + " responses failed: " + e, e);
        } catch (RuntimeException e) {
            sessions.close();
            throw e;
        }
    }

    private static RuntimeOnlyScorer open(
            TeacherConfig config, int vocabularySize, List<TokenSequence> sequences, SessionFactory sessions)
            throws OrtException {
        DecoderGraph decoder = sessions.read(TeacherFiles.locate(config).model());
        if (decoder.signature().mixesRows()) {
            throw new ScorerException("the model's rows depend on each other, so a batch takes it several runs");
        }
        LmHead lmHead = LmHead.of(decoder.model().getGraph());
        DerivedGraphCache graphs = DerivedGraphCache.of(decoder, config.cacheDirectory());
        OrtSession session =
                sessions.open(graphs.path(BackboneGraph.NAME, () -> BackboneGraph.derive(decoder, lmHead)));
        Backbone backbone = new Backbone(decoder.signature(), session, lmHead);
        ColumnSelection columnSelection = config.columns(vocabularySize);
        var inliner = new LmHeadInliner(decoder, lmHead, backbone.rowType(), vocabularySize);
        var runConstantTypes = backbone.runConstantTypes();
        OrtSession scoring = sessions.open(graphs.path(
                ScoringGraph.name(columnSelection),
                () -> ScoringGraph.derive(inliner, runConstantTypes, columnSelection)));
        List<HiddenStates> states = new Prefill(
                        backbone,
                        null,
                        config.memory().windowTokens(),
                        config.memory().attentionPairs(),
                        0)
                .states(sequences);
        ScoringInputs scoringInputs = ScoringInputs.of(
                states,
                sequences.stream().map(TokenSequence::scored).toList(),
                Collections.nCopies(sequences.size(), 0L),
                backbone.javaRowType(),
                columnSelection,
                config.memory().chunkPositions(vocabularySize));
        return new RuntimeOnlyScorer(sessions, session, inputs(decoder, sequences), scoring, scoringInputs);
    }

    /** The inputs of one run of the backbone over whole texts. */
    private static RunInputs inputs(DecoderGraph decoder, List<TokenSequence> sequences) throws OrtException {
        List<int[]> texts = TokenSequences.texts(sequences);
        int rows = texts.size();
        InputWindow window = new InputWindow(texts, 0, TokenSequences.width(texts));
        long[] wanted = window.places(sequences.stream()
                .mapToInt(sequence -> sequence.prompt().length - 1)
                .toArray());
        RunInputs inputs = new RunInputs();
        inputs.texts(decoder.signature(), rows, window.ids(), window.attention(), window.positionIds());
        inputs.emptyCache(decoder.signature(), rows);
        inputs.longs(BackboneGraph.WANTED, wanted, wanted.length / 2, 2);
        return inputs;
    }

    /** Makes the runs once. */
    public void run() {
        bytesOut();
    }

    /**
     * The bytes that leave the runtime.
     *
     * @param hiddenStates that go from one run to the other through Java
     * @param results that a record is made of
     */
    public record BytesOut(long hiddenStates, long results) {}

    /** Makes the runs once, and counts. The key-value cache is an output too, and stays in the runtime. */
    public BytesOut bytesOut() {
        try {
            return new BytesOut(hiddenStates(), results());
        } catch (OrtException e) {
            throw new ScorerException("a run of the runtime alone failed: " + e.getMessage(), e);
        }
    }

    private long hiddenStates() throws OrtException {
        try (OrtSession.Result states = backbone.run(backboneInputs.tensors())) {
            return bytes((OnnxTensor) states.get(BackboneGraph.ROWS).orElseThrow());
        }
    }

    private long results() throws OrtException {
        try (OrtSession.Result results = scoring.run(scoringInputs.tensors())) {
            long sum = 0;
            for (Map.Entry<String, ?> result : results) {
                sum += bytes((OnnxTensor) result.getValue());
            }
            return sum;
        }
    }

    private static long bytes(OnnxTensor tensor) {
        TensorInfo info = tensor.getInfo();
        return Arrays.stream(info.getShape()).reduce(info.type.size, (one, other) -> one * other);
    }

    @Override
    public void close() {
        backboneInputs.close();
        scoringInputs.close();
        sessions.close();
    }
}

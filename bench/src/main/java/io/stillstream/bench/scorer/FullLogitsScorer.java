package io.stillstream.bench.scorer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.onnx.TeacherConfig;
import io.stillstream.scorer.onnx.TeacherFiles;
import io.stillstream.scorer.onnx.graph.DecoderGraph;
import io.stillstream.scorer.onnx.graph.DecoderSignature;
import io.stillstream.scorer.onnx.graph.DerivedGraphCache;
import io.stillstream.scorer.onnx.run.Distribution;
import io.stillstream.scorer.onnx.run.InputWindow;
import io.stillstream.scorer.onnx.run.RunInputs;
import io.stillstream.scorer.onnx.run.TokenSequence;
import io.stillstream.scorer.onnx.run.device.Device;
import io.stillstream.scorer.onnx.run.device.SessionFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Computes what a record holds the simple way: all logits {@code [B, S, V]} of the user's own model leave the runtime, and Java
 * ranks columns by their sum of probabilities over the response. A benchmark's baseline, and an independent check of the
 * derived graphs.
 *
 * <p>Each position's logits are read three times (largest and mean; exponentials and squares; the columns' sums), with one
 * exponential a logit, by as many threads as the runtime has.
 */
public final class FullLogitsScorer implements AutoCloseable {

    private final DecoderSignature signature;
    private final SessionFactory sessions;
    private final OrtSession session;
    private final int vocabularySize;
    private final int k;
    private final int threads;
    private final long logitBytes;
    private final ExecutorService executor;

    private FullLogitsScorer(
            DecoderSignature signature,
            SessionFactory sessions,
            OrtSession session,
            int vocabularySize,
            int k,
            int threads,
            long logitBytes) {
        this.signature = signature;
        this.sessions = sessions;
        this.session = session;
        this.vocabularySize = vocabularySize;
        this.k = k;
        this.threads = threads;
        this.logitBytes = logitBytes;
        this.executor = Executors.newFixedThreadPool(threads);
    }

    /**
     * @param vocabularySize of the model
     * @param logitBytes what the logits of one run may take: a batch that needs more takes several runs
     */
    public static FullLogitsScorer open(TeacherConfig config, int vocabularySize, long logitBytes) {
        TeacherFiles files = TeacherFiles.locate(config);
        int threads = config.threadsOrAll();
        SessionFactory sessions = new SessionFactory(Device.parse(config.device()), threads, config.cuda());
        DecoderGraph decoder = sessions.read(files.model());
        // Only a decoder that this machine cannot run exactly as it was exported needs another file.
        Path model = decoder.variant().isEmpty()
                ? decoder.file()
                : DerivedGraphCache.of(decoder, config.cacheDirectory()).path("full-logits", decoder::model);
        return new FullLogitsScorer(
                decoder.signature(),
                sessions,
                sessions.open(model),
                vocabularySize,
                Math.min(config.topK(), vocabularySize),
                threads,
                logitBytes);
    }

    /** @return the bytes of logits that left the runtime */
    public long score(List<Admission.Admitted> batch) {
        List<int[]> texts = TokenSequences.texts(TokenSequences.of(batch));
        distributions(batch);
        return (long) texts.size() * TokenSequences.width(texts) * vocabularySize * Float.BYTES;
    }

    /** One for each of the batch, in its order. */
    List<Distribution> distributions(List<Admission.Admitted> batch) {
        List<TokenSequence> sequences = TokenSequences.of(batch);
        long ofRow = (long) TokenSequences.width(TokenSequences.texts(sequences)) * vocabularySize * Float.BYTES;
        int rows = (int) Math.max(1, logitBytes / ofRow);
        List<Distribution> distributions = new ArrayList<>();
        try {
            for (int from = 0; from < sequences.size(); from += rows) {
                distributions.addAll(run(sequences.subList(from, Math.min(sequences.size(), from + rows))));
            }
        } catch (OrtException | ExecutionException e) {
            throw new ScorerException("ranking outside the runtime failed: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ScorerException("interrupted while ranking", e);
        }
        return distributions;
    }

    private List<Distribution> run(List<TokenSequence> sequences)
            throws OrtException, ExecutionException, InterruptedException {
        List<int[]> texts = TokenSequences.texts(sequences);
        int width = TokenSequences.width(texts);
        float[] logits = logits(new InputWindow(texts, 0, width));
        int parts = Math.max(1, 2 * threads / sequences.size());
        List<FullLogitsResponse> responses = new ArrayList<>();
        List<Callable<Void>> summing = new ArrayList<>();
        for (int row = 0; row < sequences.size(); row++) {
            TokenSequence sequence = sequences.get(row);
            int first = row * width + sequence.prompt().length - 1;
            var response = new FullLogitsResponse(logits, first, vocabularySize, sequence.scored(), parts);
            responses.add(response);
            for (int part = 0; part < parts; part++) {
                int index = part;
                summing.add(() -> {
                    response.sum(index);
                    return null;
                });
            }
        }
        for (Future<Void> summed : executor.invokeAll(summing)) {
            summed.get();
        }
        List<Callable<Distribution>> ranking = new ArrayList<>();
        responses.forEach(response -> ranking.add(() -> response.ranked(k)));
        List<Distribution> distributions = new ArrayList<>();
        for (Future<Distribution> ranked : executor.invokeAll(ranking)) {
            distributions.add(ranked.get());
        }
        return distributions;
    }

    /** {@code [B, S, V]}. */
    private float[] logits(InputWindow window) throws OrtException {
        int rows = window.texts().size();
        try (RunInputs inputs = new RunInputs()) {
            inputs.texts(signature, rows, window.ids(), window.attention(), window.positionIds());
            inputs.emptyCache(signature, rows);
            try (OrtSession.Result result = session.run(inputs.tensors(), Set.of(DecoderSignature.LOGITS))) {
                return ((OnnxTensor) result.get(DecoderSignature.LOGITS).orElseThrow())
                        .getFloatBuffer()
                        .array();
            }
        }
    }

    @Override
    public void close() {
        executor.shutdown();
        sessions.close();
    }
}

package io.stillstream.scorer.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.stillstream.contract.Selection;
import io.stillstream.scorer.ScorerException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Runs the scoring graph over batches of any lengths. Rows are padded on the right, where no causal model looks; what
 * is one call may be several runs, so that a run's logits stay within a budget.
 */
final class ScoringSession {

    /** Elements of {@code [B, R, V]} in one run: 64 MB in fp32, of which a run holds three to five. */
    private static final long LOGITS_BUDGET = 1L << 24;

    private final DecoderSignature signature;
    private final OrtSession session;
    private final int vocabularySize;
    private final KeptColumns kept;

    ScoringSession(DecoderSignature signature, OrtSession session, int vocabularySize, KeptColumns kept) {
        this.signature = signature;
        this.session = session;
        this.vocabularySize = vocabularySize;
        this.kept = kept;
    }

    /** One distribution for each sequence, in their order. */
    Distribution[] score(List<TokenSequence> sequences) {
        var distributions = new Distribution[sequences.size()];
        int[] byLength = IntStream.range(0, sequences.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> sequences.get(i).length()))
                .mapToInt(Integer::intValue)
                .toArray();
        int start = 0;
        while (start < byLength.length) {
            int end = endOfRun(sequences, byLength, start);
            int[] rows = Arrays.copyOfRange(byLength, start, end);
            List<TokenSequence> batch =
                    Arrays.stream(rows).mapToObj(sequences::get).toList();
            try {
                List<Distribution> outcome = run(batch);
                for (int row = 0; row < rows.length; row++) {
                    distributions[rows[row]] = outcome.get(row);
                }
            } catch (OrtException e) {
                throw new ScorerException(
                        "scoring " + rows.length + " sequences of up to "
                                + sequences.get(byLength[end - 1]).length() + " tokens failed: " + e.getMessage(),
                        e);
            }
            start = end;
        }
        return distributions;
    }

    private int endOfRun(List<TokenSequence> sequences, int[] byLength, int start) {
        int longest = 0;
        for (int end = start; end < byLength.length; end++) {
            longest = Math.max(longest, sequences.get(byLength[end]).response().length);
            if (end > start && (long) longest * (end + 1 - start) * vocabularySize > LOGITS_BUDGET) {
                return end;
            }
        }
        return byLength.length;
    }

    private List<Distribution> run(List<TokenSequence> batch) throws OrtException {
        int rows = batch.size();
        int width = batch.stream().mapToInt(TokenSequence::length).max().orElseThrow();
        int selected =
                batch.stream().mapToInt(each -> each.response().length).max().orElseThrow();
        long[] ids = new long[rows * width];
        long[] attention = new long[rows * width];
        long[] positionIds = new long[rows * width];
        long[] positions = new long[rows * selected];
        long[] nextIds = new long[rows * selected];
        float[] responseMask = new float[rows * selected];
        for (int row = 0; row < rows; row++) {
            TokenSequence sequence = batch.get(row);
            for (int t = 0; t < width; t++) {
                boolean inside = t < sequence.length();
                ids[row * width + t] = inside ? sequence.id(t) : 0;
                attention[row * width + t] = inside ? 1 : 0;
                positionIds[row * width + t] = inside ? t : 0;
            }
            for (int t = 0; t < sequence.response().length; t++) {
                positions[row * selected + t] = sequence.prompt().length - 1L + t;
                nextIds[row * selected + t] = sequence.response()[t];
                responseMask[row * selected + t] = 1;
            }
        }
        try (Feeds feeds = new Feeds(signature)) {
            feeds.decoderInput(DecoderSignature.INPUT_IDS, ids, rows, width);
            feeds.decoderInput(DecoderSignature.ATTENTION_MASK, attention, rows, width);
            feeds.decoderInput(DecoderSignature.POSITION_IDS, positionIds, rows, width);
            feeds.emptyCache(rows);
            feeds.longs(SelectedLogits.POSITIONS, positions, rows, selected, 1);
            feeds.longs(ScoringGraph.NEXT_IDS, nextIds, rows, selected, 1);
            if (kept.selection() == Selection.SEQUENCE) {
                feeds.floats(ScoringGraph.RESPONSE_MASK, responseMask, rows, 1, selected);
            }
            try (OrtSession.Result result = session.run(feeds.tensors())) {
                return distributions(result, batch, selected);
            }
        }
    }

    private List<Distribution> distributions(OrtSession.Result result, List<TokenSequence> batch, int selected) {
        FloatBuffer logZ = floats(result, ScoringGraph.LOG_Z);
        FloatBuffer deviation = floats(result, ScoringGraph.DEVIATION);
        FloatBuffer logProbability = floats(result, ScoringGraph.LOG_PROBABILITY);
        LongBuffer columns = tensor(result, ScoringGraph.COLUMNS).getLongBuffer();
        FloatBuffer columnLogProbabilities = floats(result, ScoringGraph.COLUMN_LOG_PROBABILITIES);
        int k = kept.k();
        return IntStream.range(0, batch.size())
                .mapToObj(row -> {
                    int count = batch.get(row).response().length;
                    long[] ids = new long[kept.rowsOfIds(count) * k];
                    columns.get(row * kept.rowsOfIds(selected) * k, ids);
                    return new Distribution(
                            slice(logZ, row * selected, count),
                            slice(deviation, row * selected, count),
                            slice(logProbability, row * selected, count),
                            Arrays.stream(ids).mapToInt(Math::toIntExact).toArray(),
                            slice(columnLogProbabilities, row * selected * k, count * k));
                })
                .toList();
    }

    private static FloatBuffer floats(OrtSession.Result result, String name) {
        return tensor(result, name).getFloatBuffer();
    }

    private static OnnxTensor tensor(OrtSession.Result result, String name) {
        return (OnnxTensor) result.get(name).orElseThrow();
    }

    private static float[] slice(FloatBuffer buffer, int start, int count) {
        float[] values = new float[count];
        buffer.get(start, values);
        return values;
    }
}

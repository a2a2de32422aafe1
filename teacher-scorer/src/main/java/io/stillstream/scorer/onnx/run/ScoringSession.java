package io.stillstream.scorer.onnx.run;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.stillstream.contract.target.Selection;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.onnx.graph.ColumnSelection;
import io.stillstream.scorer.onnx.graph.ScoringGraph;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;

/** Computes distributions from hidden states with the scoring graph. Safe for use by several threads. */
public final class ScoringSession {

    private final OrtSession session;
    private final OnnxJavaType rowType;
    private final ColumnSelection columnSelection;
    private final int chunkPositions;

    /**
     * @param rowType of hidden states
     * @param chunkPositions the most positions whose logits are held at a time
     */
    public ScoringSession(
            OrtSession session, OnnxJavaType rowType, ColumnSelection columnSelection, int chunkPositions) {
        this.session = session;
        this.rowType = rowType;
        this.columnSelection = columnSelection;
        this.chunkPositions = chunkPositions;
    }

    /**
     * @param states of each response
     * @param responses tokens of each response
     * @param seeds of each response's {@linkplain ColumnDraws draws}
     */
    public List<Distribution> score(List<HiddenStates> states, List<int[]> responses, List<Long> seeds) {
        if (responses.isEmpty()) {
            return List.of();
        }
        try (ScoringInputs inputs =
                        ScoringInputs.of(states, responses, seeds, rowType, columnSelection, chunkPositions);
                OrtSession.Result result = session.run(inputs.tensors())) {
            return distributions(result, inputs.plan());
        } catch (OrtException e) {
            int tokens =
                    responses.stream().mapToInt(response -> response.length).sum();
            throw new ScorerException(
                    "scoring " + responses.size() + " responses of " + tokens + " tokens failed: " + e.getMessage(), e);
        }
    }

    private List<Distribution> distributions(OrtSession.Result result, ChunkPlan plan) {
        FloatBuffer logZ = floats(result, ScoringGraph.LOG_Z);
        FloatBuffer deviation = floats(result, ScoringGraph.DEVIATION);
        FloatBuffer logProbability = floats(result, ScoringGraph.LOG_PROBABILITY);
        LongBuffer columns = tensor(result, ScoringGraph.COLUMNS).getLongBuffer();
        boolean sampled = columnSelection.selection() == Selection.SAMPLED;
        FloatBuffer columnLogProbabilities =
                sampled ? FloatBuffer.allocate(0) : floats(result, ScoringGraph.COLUMN_LOG_PROBABILITIES);
        int k = columnSelection.k();
        List<Distribution> distributions = new ArrayList<>();
        for (int count : plan.counts()) {
            int[] ids = next(columns, columnSelection.rowsOfIds(count) * k);
            distributions.add(new Distribution(
                    next(logZ, count),
                    next(deviation, count),
                    next(logProbability, count),
                    ids,
                    sampled ? ColumnDraws.counted(ids, k) : next(columnLogProbabilities, count * k)));
        }
        return distributions;
    }

    private static float[] next(FloatBuffer buffer, int count) {
        float[] values = new float[count];
        buffer.get(values);
        return values;
    }

    private static int[] next(LongBuffer buffer, int count) {
        int[] values = new int[count];
        for (int i = 0; i < count; i++) {
            values[i] = Math.toIntExact(buffer.get());
        }
        return values;
    }

    private static FloatBuffer floats(OrtSession.Result result, String name) {
        return tensor(result, name).getFloatBuffer();
    }

    private static OnnxTensor tensor(OrtSession.Result result, String name) {
        return (OnnxTensor) result.get(name).orElseThrow();
    }
}

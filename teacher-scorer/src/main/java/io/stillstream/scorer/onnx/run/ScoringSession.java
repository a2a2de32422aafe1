package io.stillstream.scorer.onnx.run;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.stillstream.contract.Selection;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.onnx.graph.ColumnSelection;
import io.stillstream.scorer.onnx.graph.ScoringGraph;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;

/** Makes distributions of hidden states with the scoring graph. Safe for use by several threads. */
public final class ScoringSession {

    private final OrtSession session;
    private final OnnxJavaType rowType;
    private final ColumnSelection kept;
    private final int chunkPositions;

    /**
     * @param rowType of hidden states
     * @param chunkPositions the most positions whose logits are held at a time
     */
    public ScoringSession(OrtSession session, OnnxJavaType rowType, ColumnSelection kept, int chunkPositions) {
        this.session = session;
        this.rowType = rowType;
        this.kept = kept;
        this.chunkPositions = chunkPositions;
    }

    /**
     * @param states of each response
     * @param responses tokens of each response
     */
    public List<Distribution> score(List<HiddenStates> states, List<int[]> responses) {
        if (responses.isEmpty()) {
            return List.of();
        }
        ChunkPlan plan = plan(responses);
        try (RunInputs feeds = new RunInputs()) {
            feed(feeds, states, responses, plan);
            try (OrtSession.Result result = session.run(feeds.tensors())) {
                return distributions(result, plan);
            }
        } catch (OrtException e) {
            throw new ScorerException(
                    "scoring " + responses.size() + " responses of " + plan.positions() + " tokens failed: "
                            + e.getMessage(),
                    e);
        }
    }

    private ChunkPlan plan(List<int[]> responses) {
        return ChunkPlan.of(
                responses.stream().mapToInt(response -> response.length).toArray(), chunkPositions);
    }

    private void feed(RunInputs feeds, List<HiddenStates> states, List<int[]> responses, ChunkPlan plan)
            throws OrtException {
        feeds.bytes(ScoringGraph.ROWS, rows(states, plan), rowType, plan.chunks(), plan.size());
        feeds.longs(ScoringGraph.NEXT_IDS, nextIds(responses, plan), plan.chunks(), plan.size(), 1);
        if (kept.selection() == Selection.SEQUENCE) {
            int slots = plan.slotCount();
            feeds.floats(ScoringGraph.MEMBERSHIP, plan.membership(), plan.chunks(), slots, plan.size());
            feeds.floats(ScoringGraph.ASSIGNMENT, plan.assignment(), plan.chunks(), responses.size(), slots);
            feeds.longs(ScoringGraph.SLOTS, plan.slotResponses(), plan.chunks(), slots);
            feeds.longs(ScoringGraph.SLOT_OF_ROW, plan.slotOfRow(), plan.chunks(), plan.size(), 1);
        }
        feeds.uniforms(states.get(0).uniforms());
    }

    /** The run that {@link #score} makes, with its inputs made. */
    public PreparedRun prepare(List<HiddenStates> states, List<int[]> responses) throws OrtException {
        ChunkPlan plan = plan(responses);
        return PreparedRun.of(session, feeds -> feed(feeds, states, responses, plan));
    }

    /** {@code [I, C, H]}; what the padding holds is never read. */
    private static ByteBuffer rows(List<HiddenStates> states, ChunkPlan plan) {
        ByteBuffer rows = ByteBuffer.allocateDirect(
                        plan.positions() * states.get(0).rowBytes())
                .order(ByteOrder.nativeOrder());
        for (int response = 0; response < states.size(); response++) {
            states.get(response).putTo(rows, plan.counts()[response]);
        }
        return rows.rewind();
    }

    private static long[] nextIds(List<int[]> responses, ChunkPlan plan) {
        long[] nextIds = new long[plan.positions()];
        int position = 0;
        for (int[] response : responses) {
            for (int id : response) {
                nextIds[position++] = id;
            }
        }
        return nextIds;
    }

    private List<Distribution> distributions(OrtSession.Result result, ChunkPlan plan) {
        FloatBuffer logZ = floats(result, ScoringGraph.LOG_Z);
        FloatBuffer deviation = floats(result, ScoringGraph.DEVIATION);
        FloatBuffer logProbability = floats(result, ScoringGraph.LOG_PROBABILITY);
        LongBuffer columns = tensor(result, ScoringGraph.COLUMNS).getLongBuffer();
        FloatBuffer columnLogProbabilities = floats(result, ScoringGraph.COLUMN_LOG_PROBABILITIES);
        List<Distribution> distributions = new ArrayList<>();
        for (int count : plan.counts()) {
            distributions.add(new Distribution(
                    next(logZ, count),
                    next(deviation, count),
                    next(logProbability, count),
                    next(columns, kept.rowsOfIds(count) * kept.k()),
                    next(columnLogProbabilities, count * kept.k())));
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

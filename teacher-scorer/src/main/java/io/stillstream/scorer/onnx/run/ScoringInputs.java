package io.stillstream.scorer.onnx.run;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.stillstream.contract.target.Selection;
import io.stillstream.scorer.onnx.graph.ColumnSelection;
import io.stillstream.scorer.onnx.graph.ScoringGraph;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/** The inputs of one run of a {@link ScoringGraph}: hidden states and next tokens of a batch's responses, in chunks. */
public final class ScoringInputs implements AutoCloseable {

    private final ChunkPlan plan;
    private final RunInputs inputs;

    private ScoringInputs(ChunkPlan plan, RunInputs inputs) {
        this.plan = plan;
        this.inputs = inputs;
    }

    /**
     * @param states of each response
     * @param responses tokens of each response
     * @param seeds of each response's {@linkplain ColumnDraws draws}, which SAMPLED columns alone have
     * @param rowType of the hidden states
     * @param chunkPositions the most positions of a chunk
     */
    public static ScoringInputs of(
            List<HiddenStates> states,
            List<int[]> responses,
            List<Long> seeds,
            OnnxJavaType rowType,
            ColumnSelection columnSelection,
            int chunkPositions)
            throws OrtException {
        ChunkPlan plan = ChunkPlan.of(
                responses.stream().mapToInt(response -> response.length).toArray(), chunkPositions);
        RunInputs inputs = new RunInputs();
        try {
            inputs.bytes(ScoringGraph.ROWS, rows(states, plan), rowType, plan.chunks(), plan.size());
            inputs.longs(ScoringGraph.NEXT_IDS, nextIds(responses, plan), plan.chunks(), plan.size(), 1);
            if (columnSelection.selection() == Selection.SEQUENCE) {
                int slots = plan.slotCount();
                inputs.floats(ScoringGraph.MEMBERSHIP, plan.membership(), plan.chunks(), slots, plan.size());
                inputs.floats(ScoringGraph.ASSIGNMENT, plan.assignment(), plan.chunks(), responses.size(), slots);
                inputs.longs(ScoringGraph.SLOTS, plan.slotResponses(), plan.chunks(), slots);
                inputs.longs(ScoringGraph.SLOT_OF_ROW, plan.slotOfRow(), plan.chunks(), plan.size(), 1);
            }
            if (columnSelection.selection() == Selection.SAMPLED) {
                int k = columnSelection.k();
                inputs.floats(
                        ScoringGraph.UNIFORMS,
                        ColumnDraws.uniforms(seeds, plan, k),
                        plan.chunks(),
                        plan.size(),
                        ColumnDraws.NUMBERS,
                        k);
            }
            inputs.runConstants(states.get(0).runConstants());
            return new ScoringInputs(plan, inputs);
        } catch (OrtException | RuntimeException e) {
            inputs.close();
            throw e;
        }
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

    ChunkPlan plan() {
        return plan;
    }

    public Map<String, OnnxTensor> tensors() {
        return inputs.tensors();
    }

    @Override
    public void close() {
        inputs.close();
    }
}

package io.stillstream.scorer.onnx.run;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.onnx.graph.BackboneGraph;
import java.util.Arrays;
import java.util.Map;

/**
 * The runs of the derived graphs that score a batch, and nothing else: their inputs were made beforehand, hidden states
 * included, and their outputs are dropped. The floor below which no scorer on these graphs can go.
 */
public final class RuntimeOnlyScorer implements AutoCloseable {

    private final PreparedRun body;
    private final PreparedRun scoring;

    public RuntimeOnlyScorer(PreparedRun body, PreparedRun scoring) {
        this.body = body;
        this.scoring = scoring;
    }

    /** Makes them once. */
    public void run() {
        bytesOut();
    }

    /**
     * What leaves the runtime.
     *
     * @param hiddenStates that go from one run to the other through Java
     * @param results that a record is made of
     */
    public record BytesOut(long hiddenStates, long results) {}

    /** Makes them once, and counts. The cache that the body puts out as well never leaves the runtime. */
    public BytesOut bytesOut() {
        try {
            return new BytesOut(hiddenStates(), results());
        } catch (OrtException e) {
            throw new ScorerException("a bare run failed: " + e.getMessage(), e);
        }
    }

    private long hiddenStates() throws OrtException {
        try (OrtSession.Result states = body.run()) {
            return bytes((OnnxTensor) states.get(BackboneGraph.ROWS).orElseThrow());
        }
    }

    private long results() throws OrtException {
        try (OrtSession.Result results = scoring.run()) {
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
        body.close();
        scoring.close();
    }
}

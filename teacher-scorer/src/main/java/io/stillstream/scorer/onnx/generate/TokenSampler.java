package io.stillstream.scorer.onnx.generate;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.stillstream.scorer.onnx.graph.GenerationGraph;
import io.stillstream.scorer.onnx.run.RunConstant;
import io.stillstream.scorer.onnx.run.RunInputs;
import io.stillstream.scorer.onnx.run.device.SessionFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the most likely next tokens after hidden states, with the generation graph. Its session is opened when it is first
 * needed, because it holds the output projection once more. Safe for use by several threads.
 */
public final class TokenSampler {

    private final SessionFactory sessions;
    private final Path graph;
    private final OnnxJavaType rowType;
    private final GenerationConfig config;
    private @Nullable OrtSession opened;

    public TokenSampler(SessionFactory sessions, Path graph, OnnxJavaType rowType, GenerationConfig config) {
        this.sessions = sessions;
        this.graph = graph;
        this.rowType = rowType;
        this.config = config;
    }

    /**
     * @param rows the hidden state of each text's last position
     * @param runConstants of the run that made them
     */
    TopTokens after(List<ByteBuffer> rows, Map<String, RunConstant> runConstants) throws OrtException {
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(rows.size() * rows.get(0).remaining()).order(ByteOrder.nativeOrder());
        rows.forEach(row -> bytes.put(row.duplicate()));
        try (RunInputs inputs = new RunInputs()) {
            inputs.bytes(GenerationGraph.ROWS, bytes.rewind(), rowType, rows.size());
            inputs.runConstants(runConstants);
            if (!config.greedy()) {
                inputs.floats(GenerationGraph.TEMPERATURE, new float[] {(float) config.temperature()}, 1);
            }
            try (OrtSession.Result result = session().run(inputs.tensors())) {
                return topTokens(result, rows.size());
            }
        }
    }

    private synchronized OrtSession session() {
        OrtSession session = opened;
        if (session == null) {
            session = sessions.open(graph);
            opened = session;
        }
        return session;
    }

    private TopTokens topTokens(OrtSession.Result result, int rows) {
        LongBuffer buffer = tensor(result, GenerationGraph.TOP_IDS).getLongBuffer();
        long[] ids = new long[buffer.remaining()];
        buffer.get(ids);
        float[] probabilities = new float[config.greedy() ? 0 : ids.length];
        if (!config.greedy()) {
            FloatBuffer values =
                    tensor(result, GenerationGraph.TOP_PROBABILITIES).getFloatBuffer();
            values.get(probabilities);
        }
        float[] checks = new float[rows];
        tensor(result, GenerationGraph.CHECK).getFloatBuffer().get(checks);
        return new TopTokens(ids, probabilities, checks, ids.length / rows);
    }

    private static OnnxTensor tensor(OrtSession.Result result, String name) {
        return (OnnxTensor) result.get(name).orElseThrow();
    }
}

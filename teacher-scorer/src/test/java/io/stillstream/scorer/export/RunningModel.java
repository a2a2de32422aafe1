package io.stillstream.scorer.export;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** An exported model in ONNX Runtime, for tests: feeds what the graph asks for, keeps the cache between calls. */
final class RunningModel implements AutoCloseable {

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private OrtSession.Result last;

    RunningModel(Path model) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            session = environment.createSession(model.toString(), options);
        }
    }

    Set<String> inputs() {
        return session.getInputNames();
    }

    Set<String> outputs() {
        return session.getOutputNames();
    }

    /** Logits [B][S][V] of a fresh batch, all real. */
    float[][][] run(long[]... ids) throws OrtException {
        long[][] mask = new long[ids.length][ids[0].length];
        long[][] positions = new long[ids.length][ids[0].length];
        for (int b = 0; b < ids.length; b++) {
            for (int t = 0; t < ids[b].length; t++) {
                mask[b][t] = 1;
                positions[b][t] = t;
            }
        }
        return run(ids, mask, positions, false);
    }

    /** @param continued whether the last call's cache is this call's past */
    float[][][] run(long[][] ids, long[][] mask, long[][] positions, boolean continued) throws OrtException {
        Map<String, OnnxTensor> feeds = new HashMap<>();
        feeds.put("input_ids", OnnxTensor.createTensor(environment, ids));
        feeds.put("attention_mask", OnnxTensor.createTensor(environment, mask));
        if (inputs().contains("position_ids")) {
            feeds.put("position_ids", OnnxTensor.createTensor(environment, positions));
        }
        for (String name : inputs()) {
            if (name.startsWith("past_key_values.")) {
                feeds.put(name, continued ? present(name) : empty(name, ids.length));
            }
        }
        OrtSession.Result result = session.run(feeds);
        if (last != null) {
            last.close();
        }
        last = result;
        return (float[][][]) result.get("logits").orElseThrow().getValue();
    }

    private OnnxTensor present(String past) {
        return (OnnxTensor) last.get(past.replace("past_key_values", "present")).orElseThrow();
    }

    private OnnxTensor empty(String name, int batch) throws OrtException {
        long[] shape = ((TensorInfo) session.getInputInfo().get(name).getInfo()).getShape();
        return OnnxTensor.createTensor(environment, FloatBuffer.allocate(0), new long[] {batch, shape[1], 0, shape[3]});
    }

    @Override
    public void close() throws OrtException {
        if (last != null) {
            last.close();
        }
        session.close();
    }
}

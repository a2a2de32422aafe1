package io.stillstream.scorer.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.List;
import java.util.Set;

/** Chooses each row's next token among the candidates that a run put out. */
record NextTokens(GenerationConfig config, Set<Integer> stopIds) {

    void extend(List<Continuation> rows, OrtSession.Result result) {
        LongBuffer ids = tensor(result, GenerationGraph.CANDIDATE_IDS).getLongBuffer();
        int candidates = ids.remaining() / rows.size();
        float[] probabilities = new float[config.greedy() ? 0 : ids.remaining()];
        if (!config.greedy()) {
            FloatBuffer values =
                    tensor(result, GenerationGraph.CANDIDATE_PROBABILITIES).getFloatBuffer();
            values.get(probabilities);
        }
        for (int row = 0; row < rows.size(); row++) {
            Continuation continuation = rows.get(row);
            if (continuation.finished()) {
                continue;
            }
            int start = row * candidates;
            int choice = config.greedy() ? 0 : draw(probabilities, start, candidates, continuation.draw());
            int id = (int) ids.get(start + choice);
            if (stopIds.contains(id)) {
                continuation.stop();
            } else {
                continuation.append(id);
            }
        }
    }

    /**
     * Takes the fewest of the likeliest candidates that hold top-p, and finds the one in whose share of their mass the
     * draw falls. Probabilities that are NaN choose the last: scoring will find the NaN and reject the row.
     */
    private int draw(float[] probabilities, int start, int candidates, double draw) {
        double mass = 0;
        int kept = 0;
        while (kept < candidates && mass < config.topP()) {
            mass += probabilities[start + kept++];
        }
        double target = draw * mass;
        int choice = 0;
        double below = probabilities[start];
        while (choice < kept - 1 && !(target < below)) {
            below += probabilities[start + ++choice];
        }
        return choice;
    }

    private static OnnxTensor tensor(OrtSession.Result result, String name) {
        return (OnnxTensor) result.get(name).orElseThrow();
    }
}

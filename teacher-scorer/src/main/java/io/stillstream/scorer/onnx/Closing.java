package io.stillstream.scorer.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.stillstream.scorer.ScorerException;

/** Closes sessions, whose checked exception no caller can act on. */
final class Closing {

    private Closing() {}

    static void close(OrtSession session) {
        try {
            session.close();
        } catch (OrtException e) {
            throw new ScorerException("ONNX Runtime could not release a session: " + e.getMessage(), e);
        }
    }
}

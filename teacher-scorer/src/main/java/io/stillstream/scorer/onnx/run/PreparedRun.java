package io.stillstream.scorer.onnx.run;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;

/**
 * A run of a session with its inputs made, to be made any number of times.
 *
 * @param feeds closed with it
 */
record PreparedRun(OrtSession session, RunInputs feeds) implements AutoCloseable {

    /** Makes a run's inputs. */
    interface Feeding {
        void into(RunInputs feeds) throws OrtException;
    }

    static PreparedRun of(OrtSession session, Feeding feeding) throws OrtException {
        RunInputs feeds = new RunInputs();
        try {
            feeding.into(feeds);
            return new PreparedRun(session, feeds);
        } catch (OrtException | RuntimeException e) {
            feeds.close();
            throw e;
        }
    }

    /** The caller closes what comes of it. */
    OrtSession.Result run() throws OrtException {
        return session.run(feeds.tensors());
    }

    @Override
    public void close() {
        feeds.close();
    }
}

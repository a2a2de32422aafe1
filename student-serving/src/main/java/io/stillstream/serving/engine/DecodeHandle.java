package io.stillstream.serving.engine;

/** A request that an engine has taken. For any thread. */
public interface DecodeHandle {

    /** Ends it: a waiting request is never begun, a running one gives its slot back within a step. Nothing where it has ended. */
    void cancel();
}

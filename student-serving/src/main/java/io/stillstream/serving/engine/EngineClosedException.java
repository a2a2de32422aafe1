package io.stillstream.serving.engine;

/** The engine takes no more requests: it is drained or closed, or has failed. Where another has taken its place, that one takes them. */
public final class EngineClosedException extends RuntimeException {

    EngineClosedException() {
        super("the engine is drained or closed, or has failed, and takes no more requests");
    }
}

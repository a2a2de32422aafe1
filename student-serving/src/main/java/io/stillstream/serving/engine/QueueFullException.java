package io.stillstream.serving.engine;

/** As many requests wait for a slot as may. A caller may try again later. */
public final class QueueFullException extends Exception {

    QueueFullException(int queue) {
        super("all slots are busy and " + queue + " requests wait, as many as may");
    }
}

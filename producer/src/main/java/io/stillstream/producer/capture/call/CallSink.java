package io.stillstream.producer.capture.call;

import java.util.Map;

/** What takes finished calls. */
public interface CallSink {

    /**
     * Whether a POST call of this path is to be offered: asked once for each, before its bytes are copied. What the headers
     * alone rule out is counted as dropped here.
     *
     * @param path without the query
     * @param headers those that {@link CaptureHeaders#names} names, by their lower-case names
     */
    boolean wants(String path, Map<String, String> headers);

    /** Takes the call, or drops and counts it; never blocks, never throws. */
    void offer(CapturedCall call);
}

package io.stillstream.bench.scorer.memory;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The memory and the time that scoring one response took.
 *
 * @param tokens of the response
 * @param loadedBytes resident once the teacher was open and had scored a text of a few tokens
 * @param peakBytes the most that was resident from then on
 * @param seconds of scoring it
 */
public record MemoryFigure(int tokens, long loadedBytes, long peakBytes, double seconds) {

    /** What scoring took beyond the loaded model. */
    @JsonProperty
    public long scoringBytes() {
        return peakBytes - loadedBytes;
    }
}

package io.stillstream.scorer.onnx.run;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The hidden states {@code [T, H]} that the backbone computes at the positions that a response's tokens follow, in the model's own
 * type. Not safe for use by several threads.
 */
public final class HiddenStates {

    private final List<ByteBuffer> segments = new ArrayList<>();
    private int positions;
    private Map<String, RunConstant> runConstants = Map.of();

    /**
     * Adds positions. The bytes are not copied.
     *
     * @param count how many
     */
    public void append(ByteBuffer rows, int count) {
        segments.add(rows);
        positions += count;
    }

    public void runConstants(Map<String, RunConstant> values) {
        runConstants = values;
    }

    /** What a quantised LM head reads as well. */
    public Map<String, RunConstant> runConstants() {
        return runConstants;
    }

    /** The size of a position's hidden state. */
    int rowBytes() {
        return segments.stream().mapToInt(ByteBuffer::remaining).sum() / positions;
    }

    /** Of one position: its row, which is not copied. */
    public ByteBuffer row() {
        if (segments.size() != 1) {
            throw new IllegalStateException("hidden states of one position in " + segments.size() + " segments");
        }
        return segments.get(0);
    }

    /** Writes the first positions. */
    void putTo(ByteBuffer target, int count) {
        int left = count * rowBytes();
        for (ByteBuffer segment : segments) {
            int taken = Math.min(left, segment.remaining());
            target.put(segment.slice(segment.position(), taken));
            left -= taken;
        }
    }
}

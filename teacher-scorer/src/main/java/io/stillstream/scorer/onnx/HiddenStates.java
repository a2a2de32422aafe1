package io.stillstream.scorer.onnx;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The hidden states {@code [T, H]} that the body leaves at the positions that a response's tokens follow, in the model's own
 * type. Not safe for use by several threads.
 */
final class HiddenStates {

    private final List<ByteBuffer> segments = new ArrayList<>();
    private Map<String, UniformValue> uniforms = Map.of();

    /** Adds positions. The bytes are not copied. */
    void append(ByteBuffer rows) {
        segments.add(rows);
    }

    void uniforms(Map<String, UniformValue> values) {
        uniforms = values;
    }

    /** What a quantised tail reads besides. */
    Map<String, UniformValue> uniforms() {
        return uniforms;
    }

    /** The first of what was appended. */
    HiddenStates first(int count) {
        HiddenStates first = new HiddenStates();
        first.segments.addAll(segments.subList(0, count));
        first.uniforms = uniforms;
        return first;
    }

    /** Their size. */
    int bytes() {
        return segments.stream().mapToInt(ByteBuffer::remaining).sum();
    }

    /** Of one position: its row, which is not copied. */
    ByteBuffer row() {
        if (segments.size() != 1) {
            throw new IllegalStateException("hidden states of one position in " + segments.size() + " segments");
        }
        return segments.get(0);
    }

    void putTo(ByteBuffer target) {
        segments.forEach(segment -> target.put(segment.duplicate()));
    }
}

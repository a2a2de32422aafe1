package io.stillstream.huggingface.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects names and shapes of a decoder's weights. */
final class ParameterShapes {

    private final Map<String, List<Long>> shapes = new LinkedHashMap<>();

    ParameterShapes vector(String name, long size) {
        shapes.put(name, List.of(size));
        return this;
    }

    ParameterShapes matrix(String name, long rows, long columns) {
        shapes.put(name, List.of(rows, columns));
        return this;
    }

    /** A linear map {@code [out, in]}, and its bias where it has one. */
    ParameterShapes linear(String name, long in, long out, boolean bias) {
        matrix(name + ".weight", out, in);
        return bias ? vector(name + ".bias", out) : this;
    }

    /** A linear map stored as {@code [in, out]}, and its bias. */
    ParameterShapes transposed(String name, long in, long out) {
        return matrix(name + ".weight", in, out).vector(name + ".bias", out);
    }

    /** The LM head, where it is not the embedding. */
    ParameterShapes head(Architecture architecture) {
        List<Long> embedding = shapes.getOrDefault(architecture.embedding(), List.of());
        if (!architecture.dimensions().tied()) {
            shapes.put(architecture.untiedHead(), embedding);
        }
        return this;
    }

    ParameterShapes layerNorm(String name, long size) {
        return vector(name + ".weight", size).vector(name + ".bias", size);
    }

    Map<String, List<Long>> map() {
        return shapes;
    }
}

package io.stillstream.scorer.export.weights;

import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.huggingface.safetensors.TensorInfo;
import io.stillstream.scorer.ScorerException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;

/** The weights of a model directory, and which of them were asked for. */
public final class ModelWeights implements AutoCloseable {

    private final Path directory;
    private final SafetensorsReader reader;
    private final Set<String> used = new HashSet<>();

    private ModelWeights(Path directory, SafetensorsReader reader) {
        this.directory = directory;
        this.reader = reader;
    }

    /** @throws io.stillstream.huggingface.HuggingFaceException when there are none, or a file is not what the format says */
    public static ModelWeights open(Path directory) {
        return new ModelWeights(directory, SafetensorsReader.ofModel(directory));
    }

    /** How many numbers all tensors hold together. */
    public long elements() {
        return reader.tensors().values().stream()
                .mapToLong(TensorInfo::elements)
                .sum();
    }

    /** The numbers of a tensor, row-major. */
    public float[] floats(String name, long... shape) {
        TensorInfo found = reader.tensors().get(name);
        if (found == null) {
            throw new ScorerException("tensor " + name + " is missing from " + directory + "; config.json asks for it");
        }
        List<Long> expected = LongStream.of(shape).boxed().toList();
        if (!found.shape().equals(expected)) {
            throw new ScorerException("tensor " + name + " in " + directory + " has the shape " + found.shape()
                    + "; config.json asks for " + expected);
        }
        used.add(name);
        return reader.floats(name);
    }

    /** Marks a tensor that a file may hold but the graph does not need. */
    public void ignore(String name) {
        used.add(name);
    }

    /** Fails when a weight was not used: the model computes something that the graph does not. */
    public void requireAllUsed() {
        List<String> unused = reader.tensors().keySet().stream()
                .filter(name -> !used.contains(name))
                .toList();
        if (!unused.isEmpty()) {
            throw new ScorerException(
                    directory + " has " + unused.size() + " tensors that a Llama decoder has no place for: " + unused);
        }
    }

    @Override
    public void close() {
        reader.close();
    }
}

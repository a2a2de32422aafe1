package io.stillstream.scorer.export.weights;

import io.stillstream.huggingface.config.Architecture;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.config.StoredNames;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.huggingface.safetensors.TensorInfo;
import io.stillstream.scorer.ScorerException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The weights of a model directory by the names and shapes that its architecture has, and which of them were asked for. A
 * checkpoint that was saved without its LM head may leave out the beginning of their names.
 */
public final class ModelWeights implements AutoCloseable {

    private final Path directory;
    private final DecoderConfig config;
    private final Map<String, List<Long>> shapes;
    private final SafetensorsReader reader;
    private final StoredNames names;
    private final Set<String> used = new HashSet<>();

    private ModelWeights(Path directory, DecoderConfig config, SafetensorsReader reader) {
        this.directory = directory;
        this.config = config;
        this.shapes = config.architecture().parameters();
        this.reader = reader;
        this.names = StoredNames.of(config.architecture(), reader.tensors().keySet());
    }

    /**
     * @throws io.stillstream.huggingface.HuggingFaceException when there are none, or a file is not what the format says
     * @throws ScorerException when a weight is missing, or has another shape than config.json says
     */
    public static ModelWeights open(Path directory, DecoderConfig config) {
        SafetensorsReader reader = SafetensorsReader.ofModel(directory);
        try {
            ModelWeights weights = new ModelWeights(directory, config, reader);
            weights.shapes.forEach(weights::requireShape);
            return weights;
        } catch (RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    private void requireShape(String name, List<Long> expected) {
        String stored = names.stored(name);
        TensorInfo found = reader.tensors().get(stored);
        if (found == null) {
            throw new ScorerException(
                    "tensor " + stored + " is missing from " + directory + "; config.json asks for it");
        }
        if (!found.shape().equals(expected)) {
            throw new ScorerException("tensor " + stored + " in " + directory + " has the shape " + found.shape()
                    + "; config.json asks for " + expected);
        }
    }

    /** How many numbers all tensors hold together. */
    public long elements() {
        return reader.tensors().values().stream()
                .mapToLong(TensorInfo::elements)
                .sum();
    }

    /** Whether the architecture has such a weight. */
    public boolean has(String name) {
        return shapes.containsKey(name);
    }

    /** The shape that the architecture gives a weight. */
    public int[] shape(String name) {
        List<Long> shape = shapes.get(name);
        if (shape == null) {
            throw new IllegalArgumentException("no weight of this architecture is called " + name);
        }
        return shape.stream().mapToInt(Math::toIntExact).toArray();
    }

    /** The numbers of a weight, row-major. */
    public float[] floats(String name) {
        String stored = names.stored(name);
        used.add(stored);
        return reader.floats(stored);
    }

    /**
     * Fails when a weight was not used: the model computes something that the graph does not. Buffers of old checkpoints may be
     * there, and so may the LM head of a tied model if it equals the embedding.
     */
    public void requireAllUsed() {
        List<String> unused = new ArrayList<>();
        for (String stored : reader.tensors().keySet()) {
            if (!used.contains(stored) && !isBuffer(stored) && !isTiedHead(stored)) {
                unused.add(stored);
            }
        }
        if (!unused.isEmpty()) {
            throw new ScorerException(directory + " has " + unused.size() + " tensors that a " + config.modelType()
                    + " decoder has no place for: " + unused);
        }
    }

    private boolean isBuffer(String stored) {
        return config.architecture().buffers().stream().anyMatch(stored::endsWith);
    }

    private boolean isTiedHead(String stored) {
        Architecture architecture = config.architecture();
        if (!config.tiedEmbeddings()
                || !(stored.equals(architecture.untiedHead()) || stored.equals("lm_head.weight"))) {
            return false;
        }
        String embedding = names.stored(architecture.embedding());
        if (!sameNumbers(stored, embedding)) {
            throw new ScorerException("tensor " + stored + " in " + directory + " is not the same as " + embedding
                    + "; expected the same, as tie_word_embeddings is true");
        }
        return true;
    }

    private boolean sameNumbers(String one, String other) {
        if (!reader.tensor(one).shape().equals(reader.tensor(other).shape())) {
            return false;
        }
        Iterator<float[]> left = reader.floatSlices(one).iterator();
        Iterator<float[]> right = reader.floatSlices(other).iterator();
        while (left.hasNext() && right.hasNext()) {
            if (!Arrays.equals(left.next(), right.next())) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        reader.close();
    }
}

package io.stillstream.student.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.stillstream.huggingface.config.Architecture;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.config.StoredNames;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.huggingface.safetensors.TensorInfo;
import io.stillstream.student.StudentException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A checkpoint's tensors as the weights of a decoder: every one of them once, in its shape, with finite numbers, and none that
 * belongs to another model.
 */
final class StudentWeights {

    private final DecoderConfig config;
    private final Architecture architecture;
    private final SafetensorsReader file;
    private final Map<String, List<Long>> expected;
    private final StoredNames names;

    /** The tensors that are kept, in the order of the file, and the weight that each is. */
    private final Map<String, String> kept = new LinkedHashMap<>();

    StudentWeights(DecoderConfig stated, SafetensorsReader file) {
        this.file = file;
        this.config = SharedEmbedding.resolve(stated, file);
        this.architecture = config.architecture();
        this.names = StoredNames.of(architecture, file.tensors().keySet());
        this.expected = architecture.parameters();
    }

    /** The configuration, with what it leaves to the weights to decide. */
    DecoderConfig config() {
        return config;
    }

    /** Once they are loaded: the names in this checkpoint, in its order, and the weight that each of them is. */
    Map<String, String> names() {
        return kept;
    }

    private String stored(String name) {
        return names.stored(name);
    }

    /**
     * The weights by their scripts' names, in the order of the file, as arguments of a script.
     *
     * @throws StudentException when a tensor is missing, has another shape, holds NaN or infinity, or belongs to no such decoder
     */
    Map<String, NDArray> load(NDManager scope) {
        expected.forEach(this::requireShape);
        Map<String, NDArray> weights = new LinkedHashMap<>();
        for (String stored : file.tensors().keySet()) {
            String name = expected.containsKey(stored) ? stored : names.whole(stored);
            if (expected.containsKey(name)) {
                NDArray array = TensorArrays.create(scope, file, stored);
                requireFinite(file, stored, array);
                array.setName("params." + name);
                weights.put(name, array);
                kept.put(stored, name);
            } else if (isCopy(stored)) {
                requireEqual(stored, name);
                kept.put(stored, architecture.embedding());
            } else {
                requireBuffer(stored);
            }
        }
        return weights;
    }

    private void requireShape(String name, List<Long> shape) {
        TensorInfo tensor = file.tensors().get(stored(name));
        if (tensor == null) {
            throw new StudentException("the student's weights in " + file.place() + " lack " + stored(name)
                    + "; expected it with shape " + shape);
        }
        if (!tensor.shape().equals(shape)) {
            throw new StudentException("the student's weight " + stored(name) + " in " + file.place() + " has shape "
                    + tensor.shape() + "; expected " + shape + " from config.json");
        }
    }

    /** A sum is finite where all its numbers are, unless it overflows: then the numbers themselves decide. */
    static void requireFinite(SafetensorsReader file, String stored, NDArray array) {
        try (NDArray sum = array.sum()) {
            if (Float.isFinite(sum.getFloat())) {
                return;
            }
        }
        long index = 0;
        for (float[] slice : file.floatSlices(stored)) {
            for (float value : slice) {
                if (!Float.isFinite(value)) {
                    throw new StudentException("the student's weight " + stored + " in " + file.place() + " holds "
                            + value + " at index " + index + " of its numbers; expected finite ones");
                }
                index++;
            }
        }
    }

    private boolean isCopy(String stored) {
        boolean head = stored.equals(architecture.untiedHead()) || stored.equals("lm_head.weight");
        return (head && config.tiedEmbeddings())
                || architecture.embeddingCopies().contains(stored);
    }

    private void requireBuffer(String stored) {
        if (architecture.buffers().stream().noneMatch(stored::endsWith)) {
            throw new StudentException("the student's weights in " + file.place() + " have " + stored + " with shape "
                    + file.tensor(stored).shape() + "; expected no such tensor in this " + config.modelType()
                    + " decoder");
        }
    }

    private void requireEqual(String stored, String name) {
        String embedding = stored(architecture.embedding());
        String difference = SharedEmbedding.difference(file, stored, embedding);
        if (difference != null) {
            throw new StudentException("the student's weight " + name + " in " + file.place() + " " + difference + " "
                    + embedding + "; expected the same numbers, as "
                    + (architecture.embeddingCopies().contains(stored)
                            ? "encoder and decoder share an embedding"
                            : "tie_word_embeddings is true"));
        }
    }
}

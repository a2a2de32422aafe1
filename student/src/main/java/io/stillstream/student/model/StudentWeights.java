package io.stillstream.student.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.stillstream.huggingface.config.Architecture;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.config.StoredNames;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.huggingface.safetensors.TensorInfo;
import io.stillstream.student.StudentException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

    StudentWeights(DecoderConfig config, SafetensorsReader file) {
        this.config = config;
        this.architecture = config.architecture();
        this.file = file;
        this.expected = architecture.parameters();
        this.names = StoredNames.of(architecture, file.tensors().keySet());
    }

    /** The name that a weight has in this checkpoint. */
    String stored(String name) {
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
                requireFinite(stored, array);
                array.setName("params." + name);
                weights.put(name, array);
            } else {
                requireHarmless(stored, name);
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
    private void requireFinite(String stored, NDArray array) {
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

    private void requireHarmless(String stored, String name) {
        if (architecture.buffers().stream().anyMatch(stored::endsWith)) {
            return;
        }
        boolean head = stored.equals(architecture.untiedHead()) || stored.equals("lm_head.weight");
        if (!head || !config.tiedEmbeddings()) {
            throw new StudentException("the student's weights in " + file.place() + " have " + stored + " with shape "
                    + file.tensor(stored).shape() + "; expected no such tensor in this " + config.modelType()
                    + " decoder");
        }
        String difference = differenceFromEmbedding(stored);
        if (difference != null) {
            throw new StudentException("the student's weight " + name + " in " + file.place() + " " + difference + " "
                    + stored(architecture.embedding()) + "; expected the same numbers, as tie_word_embeddings is true");
        }
    }

    private @Nullable String differenceFromEmbedding(String head) {
        String embedding = stored(architecture.embedding());
        if (!file.tensor(head).shape().equals(file.tensor(embedding).shape())) {
            return "has shape " + file.tensor(head).shape() + ", unlike";
        }
        Iterator<float[]> one = file.floatSlices(head).iterator();
        Iterator<float[]> other = file.floatSlices(embedding).iterator();
        while (one.hasNext() && other.hasNext()) {
            float[] left = one.next();
            float[] right = other.next();
            for (int i = 0; i < Math.min(left.length, right.length); i++) {
                if (left[i] != right[i]) {
                    return "has numbers that differ from those of";
                }
            }
        }
        return null;
    }
}

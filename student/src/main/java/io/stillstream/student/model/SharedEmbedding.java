package io.stillstream.student.model;

import io.stillstream.huggingface.config.Architecture;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.config.StoredNames;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether tensors of a checkpoint are copies of its embedding. */
public final class SharedEmbedding {

    private SharedEmbedding() {}

    /**
     * A configuration with what it leaves to the weights to decide: where a family says of every model that its LM head is tied, a
     * head with other numbers than the embedding is one of its own.
     */
    public static DecoderConfig resolve(DecoderConfig stated, SafetensorsReader file) {
        Architecture untied = stated.architecture().untied();
        Set<String> tensors = file.tensors().keySet();
        String embedding = StoredNames.of(untied, tensors).stored(untied.embedding());
        boolean undecided = stated.tiedEmbeddings() && !untied.dimensions().tied();
        return undecided
                        && tensors.contains(embedding)
                        && tensors.contains(untied.untiedHead())
                        && difference(file, untied.untiedHead(), embedding) != null
                ? stated.untied()
                : stated;
    }

    /** How a tensor differs from another, as part of a sentence; null where it does not. */
    static @Nullable String difference(SafetensorsReader file, String copy, String embedding) {
        if (!file.tensor(copy).shape().equals(file.tensor(embedding).shape())) {
            return "has shape " + file.tensor(copy).shape() + ", unlike";
        }
        Iterator<float[]> one = file.floatSlices(copy).iterator();
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

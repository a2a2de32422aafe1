package io.stillstream.student.model;

import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelOutput;
import io.stillstream.huggingface.safetensors.Dtype;
import io.stillstream.huggingface.safetensors.WeightFiles;
import io.stillstream.huggingface.tokenizer.TokenizerFiles;
import io.stillstream.student.StudentException;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A copy of a student's weights, so that training goes on while they are written. One thread takes the copy, another may
 * write it, but not while it is taken again.
 */
public final class StudentCopy implements AutoCloseable {

    private final TokenizerFiles tokenizerFiles;
    private final TensorCopy weights;
    private final Map<String, Dtype> stored;

    StudentCopy(TokenizerFiles tokenizerFiles, TensorCopy weights, Map<String, Dtype> stored) {
        this.tokenizerFiles = tokenizerFiles;
        this.weights = weights;
        this.stored = Map.copyOf(stored);
    }

    /** Copies the weights as they are now. */
    public void take() {
        weights.take();
    }

    /** Writes what was copied last, bit for bit as {@link Student#save} would have then. */
    public void write(ModelOutput output) {
        Student.write(output, tokenizerFiles, weights.tensors(), stored);
    }

    /** Writes what was copied last as the student came: weights that were stored as F16 or BF16 are rounded to it. */
    public void writeAsStored(ModelOutput output) {
        try {
            tokenizerFiles.storedAs(usual()).write(output);
            WeightFiles.write(
                    output,
                    weights.tensors().stream()
                            .map(tensor -> tensor.as(stored(tensor.info().name())))
                            .toList());
        } catch (IOException | HuggingFaceException e) {
            throw new StudentException("the student could not be saved: " + e.getMessage(), e);
        }
    }

    /** Frees its memory, once nobody writes it any more. */
    @Override
    public void close() {
        weights.close();
    }

    /** What most of the weights are stored as: the configuration names one type. */
    private Dtype usual() {
        return stored.values().stream()
                .collect(Collectors.groupingBy(type -> type, TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(Dtype.F32);
    }

    private Dtype stored(String name) {
        return Objects.requireNonNull(stored.get(name), "every weight was stored");
    }
}

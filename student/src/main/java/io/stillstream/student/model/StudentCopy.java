package io.stillstream.student.model;

import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelOutput;
import io.stillstream.student.StudentException;
import java.io.IOException;

/**
 * A copy of a student's weights, so that training goes on while they are written. One thread takes the copy, another may
 * write it, but not while it is taken again.
 */
public final class StudentCopy implements AutoCloseable {

    private final StudentFormat format;
    private final TensorCopy weights;

    StudentCopy(StudentFormat format, TensorCopy weights) {
        this.format = format;
        this.weights = weights;
    }

    /** Copies the weights as they are now. */
    public void take() {
        weights.take();
    }

    /** Writes what was copied last, bit for bit as {@link Student#save} would have then. */
    public void write(ModelOutput output) {
        try {
            format.write(output, weights.tensors());
        } catch (IOException | HuggingFaceException e) {
            throw new StudentException("the student could not be saved: " + e.getMessage(), e);
        }
    }

    /** Writes what was copied last as the student came: weights that were stored as F16 or BF16 are rounded to it. */
    public void writeAsStored(ModelOutput output) {
        try {
            format.writeAsStored(output, weights.tensors());
        } catch (IOException | HuggingFaceException e) {
            throw new StudentException("the student could not be saved: " + e.getMessage(), e);
        }
    }

    /** Frees its memory, once nobody writes it any more. */
    @Override
    public void close() {
        weights.close();
    }
}

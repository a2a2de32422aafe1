package io.stillstream.student.model;

import io.stillstream.huggingface.ModelOutput;
import io.stillstream.huggingface.tokenizer.TokenizerFiles;

/**
 * A copy of a student's weights, so that training goes on while they are written. One thread takes the copy, another may
 * write it, but not while it is taken again.
 */
public final class StudentCopy {

    private final TokenizerFiles tokenizerFiles;
    private final TensorCopy weights;

    StudentCopy(TokenizerFiles tokenizerFiles, TensorCopy weights) {
        this.tokenizerFiles = tokenizerFiles;
        this.weights = weights;
    }

    /** Copies the weights as they are now. */
    public void take() {
        weights.take();
    }

    /** Writes what was copied last, bit for bit as {@link Student#save} would have then. */
    public void write(ModelOutput output) {
        Student.write(output, tokenizerFiles, weights.tensors());
    }
}

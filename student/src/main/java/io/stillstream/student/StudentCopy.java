package io.stillstream.student;

import io.stillstream.huggingface.ModelOutput;
import io.stillstream.huggingface.tokenizer.TokenizerFiles;

/**
 * A student's weights at one moment: training goes on while they are written. One thread takes the copy, another may
 * write it, but not while it is taken again.
 */
public final class StudentCopy {

    private final TokenizerFiles companions;
    private final TensorCopy weights;

    StudentCopy(TokenizerFiles companions, TensorCopy weights) {
        this.companions = companions;
        this.weights = weights;
    }

    /** Copies the weights as they are now. */
    public void take() {
        weights.take();
    }

    /** Writes what was copied last, bit for bit as {@link Student#save} would have then. */
    public void write(ModelOutput output) {
        Student.write(output, companions, weights.tensors());
    }
}

package io.stillstream.student;

import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.safetensors.SafetensorsWriter;
import io.stillstream.huggingface.tokenizer.TokenizerFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

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

    /**
     * Writes what was copied last, bit for bit as {@link Student#save} would have then.
     *
     * @param directory created when missing
     */
    public void write(Path directory) {
        try {
            Files.createDirectories(directory);
            companions.write(directory);
            SafetensorsWriter.write(directory.resolve(Student.WEIGHTS_FILE), weights.tensors(), Student.METADATA);
        } catch (IOException | HuggingFaceException e) {
            throw new StudentException("the student could not be saved to " + directory + ": " + e.getMessage(), e);
        }
    }
}

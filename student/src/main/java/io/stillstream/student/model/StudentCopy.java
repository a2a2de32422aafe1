package io.stillstream.student.model;

import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.safetensors.SafetensorsWriter;
import io.stillstream.huggingface.tokenizer.TokenizerFiles;
import io.stillstream.student.StudentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

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

    /**
     * Writes what was copied last, bit for bit as {@link Student#save} would have then.
     *
     * @param directory created when missing
     */
    public void write(Path directory) {
        try {
            Files.createDirectories(directory);
            tokenizerFiles.write(directory);
            SafetensorsWriter.write(directory.resolve(Student.WEIGHTS_FILE), weights.tensors(), Student.METADATA);
        } catch (IOException | HuggingFaceException e) {
            throw new StudentException("the student could not be saved to " + directory + ": " + e.getMessage(), e);
        }
    }
}

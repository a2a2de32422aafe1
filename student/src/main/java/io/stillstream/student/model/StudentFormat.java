package io.stillstream.student.model;

import io.stillstream.huggingface.ModelOutput;
import io.stillstream.huggingface.safetensors.TensorData;
import java.io.IOException;
import java.util.List;

/** What a student is written as. */
interface StudentFormat {

    /**
     * Writes it so that it is read again to the bit.
     *
     * @param tensors in single precision, by the names of the file
     */
    void write(ModelOutput output, List<TensorData> tensors) throws IOException;

    /** Writes it for others: as it came. */
    void writeAsStored(ModelOutput output, List<TensorData> tensors) throws IOException;
}

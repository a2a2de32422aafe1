package io.stillstream.trainer.step;

import io.stillstream.huggingface.safetensors.TensorData;
import io.stillstream.student.model.StudentCopy;
import io.stillstream.student.model.TensorCopy;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;

/** A copy of an optimizer's moments and step count; see {@link StudentCopy}. */
public final class OptimizerCopy implements AutoCloseable {

    private final StudentOptimizer optimizer;
    private final TensorCopy moments;
    private long step;

    OptimizerCopy(StudentOptimizer optimizer, TensorCopy moments) {
        this.optimizer = optimizer;
        this.moments = moments;
    }

    /** Copies moments and step count as they are now. */
    public void take() {
        moments.take();
        step = optimizer.step();
    }

    /** Writes what was copied last. */
    public void write(WritableByteChannel channel) throws IOException {
        List<TensorData> tensors = new ArrayList<>(moments.tensors());
        StudentOptimizer.write(channel, tensors, step);
    }

    /** Frees its memory, once nobody writes it any more. */
    @Override
    public void close() {
        moments.close();
    }
}

package io.stillstream.trainer.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.safetensors.Dtype;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.huggingface.safetensors.SafetensorsWriter;
import io.stillstream.huggingface.safetensors.TensorData;
import io.stillstream.huggingface.safetensors.TensorInfo;
import io.stillstream.student.Student;
import io.stillstream.student.TensorArrays;
import io.stillstream.student.TensorCopy;
import io.stillstream.trainer.TrainerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** AdamW's memory of a student: two moments of each weight, and how many steps were applied. */
public final class StudentOptimizer implements AutoCloseable {

    private static final String FIRST = "first_moments.";
    private static final String SECOND = "second_moments.";
    private static final String STEP = "step";

    private final OptimizerConfig config;
    private final NDManager scope;
    private final NDList moments;
    private long step;

    private StudentOptimizer(OptimizerConfig config, NDManager scope, NDList moments, long step) {
        this.config = config;
        this.scope = scope;
        this.moments = moments;
        this.step = step;
    }

    /** An optimizer before its first step. */
    public static StudentOptimizer fresh(Student student, OptimizerConfig config) {
        NDManager scope = student.newScope();
        NDList moments = new NDList();
        for (String moment : List.of(FIRST, SECOND)) {
            student.shapes().forEach((name, shape) -> moments.add(named(moment + name, scope.zeros(shape))));
        }
        return new StudentOptimizer(config, scope, moments, 0);
    }

    /**
     * The optimizer that {@link #save} wrote, bit for bit.
     *
     * @throws TrainerException when the file is not this student's
     */
    public static StudentOptimizer restore(Student student, OptimizerConfig config, Path file) {
        NDManager scope = student.newScope();
        try (SafetensorsReader state = SafetensorsReader.open(file)) {
            NDList moments = new NDList();
            for (String moment : List.of(FIRST, SECOND)) {
                student.shapes().forEach((name, shape) -> {
                    requireShape(file, state.tensors().get(moment + name), moment + name, shape);
                    moments.add(named(moment + name, TensorArrays.create(scope, state, moment + name)));
                });
            }
            requireShape(file, state.tensors().get(STEP), STEP, new Shape(1));
            return new StudentOptimizer(
                    config, scope, moments, state.bytes(STEP).getLong(0));
        } catch (HuggingFaceException e) {
            scope.close();
            throw new TrainerException("the optimizer could not be restored: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            scope.close();
            throw e;
        }
    }

    /** Writes moments and step count. */
    public void save(WritableByteChannel channel) throws IOException {
        List<TensorData> tensors = new ArrayList<>();
        moments.forEach(moment -> tensors.add(TensorArrays.data(moment.getName(), moment)));
        write(channel, tensors, step);
    }

    /** Room for a copy, to be taken again and again. */
    public OptimizerCopy newCopy() {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        moments.forEach(moment -> arrays.put(moment.getName(), moment));
        return new OptimizerCopy(this, new TensorCopy(arrays));
    }

    /** Adds the step count to the moments. */
    static void write(WritableByteChannel channel, List<TensorData> tensors, long step) throws IOException {
        ByteBuffer count =
                ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, step);
        tensors.add(new TensorData(new TensorInfo(STEP, Dtype.I64, 1), count));
        SafetensorsWriter.write(channel, tensors, Map.of());
    }

    /** How many steps were applied. */
    public long step() {
        return step;
    }

    public OptimizerConfig config() {
        return config;
    }

    @Override
    public void close() {
        scope.close();
    }

    /** Both moments, as arguments of a script. */
    NDList momentArguments() {
        return moments;
    }

    void advance() {
        step++;
    }

    private static NDArray named(String name, NDArray array) {
        array.setName(name);
        return array;
    }

    private static void requireShape(Path file, @Nullable TensorInfo tensor, String name, Shape expected) {
        if (tensor == null || !Arrays.equals(tensor.shapeArray(), expected.getShape())) {
            throw new TrainerException("the optimizer's state in " + file + " has "
                    + (tensor == null ? "no " + name : name + " of shape " + tensor.shape()) + "; expected shape "
                    + expected + ": is it another student's?");
        }
    }
}

package io.stillstream.student.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelOutput;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.safetensors.Dtype;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.huggingface.safetensors.TensorData;
import io.stillstream.huggingface.safetensors.WeightFiles;
import io.stillstream.huggingface.tokenizer.TokenizerFiles;
import io.stillstream.student.StudentException;
import io.stillstream.student.torchscript.TorchEngine;
import io.stillstream.student.torchscript.TorchScriptArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A student: its shape and its weights, in single precision whatever they are stored as, under their Hugging Face
 * names. Training changes the weights in place. For one thread at a time.
 */
public final class Student implements AutoCloseable {

    private final DecoderConfig config;
    private final TokenizerFiles tokenizerFiles;
    private final NDManager scope;
    private final Map<String, NDArray> parameters;
    /** The parameters again, by the names that they were loaded with; an embedding may have several. */
    private final Map<String, NDArray> stored;
    /** What they were stored as, by the same names. */
    private final Map<String, Dtype> types;

    private Student(
            DecoderConfig config,
            TokenizerFiles tokenizerFiles,
            NDManager scope,
            Map<String, NDArray> parameters,
            Map<String, NDArray> stored,
            Map<String, Dtype> types) {
        this.config = config;
        this.tokenizerFiles = tokenizerFiles;
        this.scope = scope;
        this.parameters = parameters;
        this.stored = stored;
        this.types = types;
    }

    /**
     * Loads a Hugging Face directory; F16 and BF16 weights are widened.
     *
     * @throws StudentException when the architecture is unknown, or the weights are not its own: one is missing, has
     *     another shape, holds NaN or belongs to no such decoder
     */
    public static Student load(Path directory) {
        return load(directory, null, List.of());
    }

    /**
     * The same, to be saved with another chat template and other ends of a text.
     *
     * @param chatTemplate in Jinja; null to keep what is in the directory
     * @param ends the tokens that end a text; none to keep what is in the directory
     * @throws StudentException when it cannot be loaded
     */
    public static Student load(Path directory, @Nullable String chatTemplate, List<Integer> ends) {
        NDManager scope = TorchEngine.newScope();
        try (SafetensorsReader weights = SafetensorsReader.ofModel(directory)) {
            DecoderConfig found = DecoderConfig.read(directory);
            DecoderConfig config = ends.isEmpty() ? found : found.withEosTokenIds(ends);
            TokenizerFiles files = TokenizerFiles.read(directory).withEnds(ends);
            StudentWeights checked = new StudentWeights(config, weights);
            Map<String, NDArray> parameters = checked.load(scope);
            Map<String, NDArray> stored = new LinkedHashMap<>();
            checked.names()
                    .forEach((name, weight) -> stored.put(name, Objects.requireNonNull(parameters.get(weight), name)));
            return new Student(
                    checked.config(),
                    chatTemplate == null ? files : files.withChatTemplate(chatTemplate),
                    scope,
                    parameters,
                    stored,
                    stored.keySet().stream().collect(Collectors.toMap(name -> name, weights::storedAs)));
        } catch (HuggingFaceException e) {
            scope.close();
            throw new StudentException("the student could not be loaded: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            scope.close();
            throw e;
        }
    }

    public DecoderConfig config() {
        return config;
    }

    public long parameterCount() {
        return parameters.values().stream().mapToLong(NDArray::size).sum();
    }

    /**
     * Writes the weights, bit for bit in single precision, with the configuration and tokenizer that it was loaded with.
     * transformers opens it.
     *
     * @param directory created when missing; weights that are there are removed
     */
    public void save(Path directory) {
        try {
            Files.createDirectories(directory);
            WeightFiles.remove(directory);
        } catch (IOException e) {
            throw new StudentException("the student could not be saved to " + directory + ": " + e.getMessage(), e);
        }
        save(ModelOutput.to(directory));
    }

    /** The same, file by file to an output, which makes them durable. */
    public void save(ModelOutput output) {
        List<TensorData> tensors = new ArrayList<>();
        stored.forEach((name, array) -> tensors.add(TensorArrays.data(name, array)));
        write(output, tokenizerFiles, tensors, types);
    }

    static void write(
            ModelOutput output, TokenizerFiles tokenizerFiles, List<TensorData> tensors, Map<String, Dtype> types) {
        try {
            tokenizerFiles.storedAs(Dtype.F32).write(output);
            WeightFiles.writeWidened(output, tensors, types);
        } catch (IOException | HuggingFaceException e) {
            throw new StudentException("the student could not be saved: " + e.getMessage(), e);
        }
    }

    /** Memory for a copy of the weights, which can be taken repeatedly. */
    public StudentCopy newCopy() {
        return new StudentCopy(tokenizerFiles, new TensorCopy(stored), types);
    }

    @Override
    public void close() {
        scope.close();
    }

    /** How many arrays are in native memory: weights, the optimizer's, and what a step has left behind. */
    public int arrays() {
        return scope.getManagedArrays().size();
    }

    /** A scope of arrays that ends before the student does. */
    public NDManager newScope() {
        return scope.newSubManager();
    }

    /** The weights as the {@code params} argument of a script. */
    public NDList parameterArguments() {
        return new NDList(parameters.values());
    }

    /** The weights' shapes by name, in the order of the file. */
    public Map<String, Shape> shapes() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        parameters.forEach((name, array) -> shapes.put(name, array.getShape()));
        return shapes;
    }

    /**
     * An archive of a class that runs the decoder: with the scripts of the student's family, and an instance of its class
     * {@code decoder.Decoder} as the attribute {@code model}.
     *
     * @param precision of its matrix products
     * @param modules what the class needs besides them
     * @param attributes the class's own
     */
    public TorchScriptArchive archive(
            Precision precision, String className, List<String> modules, Map<String, Object> attributes) {
        return DecoderScripts.archive(config, precision, className, modules, attributes);
    }
}

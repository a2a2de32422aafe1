package io.stillstream.student.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.stillstream.contract.file.FileProblem;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelOutput;
import io.stillstream.huggingface.adapter.AdapterBase;
import io.stillstream.huggingface.adapter.AdapterConfig;
import io.stillstream.huggingface.config.Architecture;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.safetensors.Dtype;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.huggingface.safetensors.TensorData;
import io.stillstream.huggingface.safetensors.WeightFiles;
import io.stillstream.huggingface.tokenizer.TokenizerFiles;
import io.stillstream.student.StudentException;
import io.stillstream.student.lora.LoraConfig;
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
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A student: its shape and its weights, in single precision whatever they are stored as, under their Hugging Face
 * names. Training changes the weights in place: all of them, or those of an adapter. For one thread at a time.
 */
public final class Student implements AutoCloseable {

    private static final String SCALING = "lora.scaling";
    private static final String DROPOUT = "lora.dropout";

    private final DecoderConfig config;
    private final NDManager scope;
    private final StudentFormat format;
    private final LoraConfig lora;
    /** All that the scripts read. */
    private final Map<String, NDArray> parameters;
    /** Those of them that training changes. */
    private final Map<String, NDArray> trained;
    /** The trained ones again, by their names in the file; an embedding may have several. */
    private final Map<String, NDArray> stored;

    private Student(
            DecoderConfig config,
            NDManager scope,
            StudentFormat format,
            LoraConfig lora,
            Map<String, NDArray> parameters,
            Map<String, NDArray> trained,
            Map<String, NDArray> stored) {
        this.config = config;
        this.scope = scope;
        this.format = format;
        this.lora = lora;
        this.parameters = parameters;
        this.trained = trained;
        this.stored = stored;
    }

    /**
     * Loads a Hugging Face directory, or a PEFT adapter with its base; F16 and BF16 weights are widened.
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
        return load(directory, chatTemplate, ends, Device.cpu());
    }

    /** The same on a device. */
    public static Student load(Path directory, @Nullable String chatTemplate, List<Integer> ends, Device device) {
        try {
            return load(directory, AdapterConfig.model(directory), LoraConfig.none(), chatTemplate, ends, device);
        } catch (HuggingFaceException e) {
            throw new StudentException("the student could not be loaded: " + e.getMessage(), e);
        }
    }

    /**
     * The same for training, with adapters where they are configured: those in the directory, or fresh ones.
     *
     * @param directory of the whole model, or of an adapter
     * @param model the directory itself, or the base of the adapter in it
     */
    public static Student load(
            Path directory, Path model, LoraConfig lora, @Nullable String chatTemplate, List<Integer> ends) {
        return load(directory, model, lora, chatTemplate, ends, Device.cpu());
    }

    /**
     * The same on a device.
     *
     * @param device where its weights lie, and all that is computed with them
     */
    public static Student load(
            Path directory,
            Path model,
            LoraConfig lora,
            @Nullable String chatTemplate,
            List<Integer> ends,
            Device device) {
        NDManager scope = TorchEngine.newScope(device);
        try (SafetensorsReader weights = SafetensorsReader.ofModel(model)) {
            DecoderConfig found = DecoderConfig.read(directory, model);
            DecoderConfig config = ends.isEmpty() ? found : found.withEosTokenIds(ends);
            TokenizerFiles own = TokenizerFiles.read(directory).withEnds(ends);
            TokenizerFiles files = chatTemplate == null ? own : own.withChatTemplate(chatTemplate);
            StudentWeights checked = new StudentWeights(config, weights);
            Map<String, NDArray> parameters = checked.load(scope);
            if (lora.isOn() || AdapterConfig.isIn(directory)) {
                return adapted(directory, model, lora, checked.config(), files, scope, parameters);
            }
            Map<String, NDArray> stored = new LinkedHashMap<>();
            checked.names()
                    .forEach((name, weight) -> stored.put(name, Objects.requireNonNull(parameters.get(weight), name)));
            Map<String, Dtype> types =
                    stored.keySet().stream().collect(Collectors.toMap(name -> name, weights::storedAs));
            return new Student(
                    checked.config(), scope, new WholeModel(files, types), lora, parameters, parameters, stored);
        } catch (HuggingFaceException e) {
            scope.close();
            throw new StudentException("the student could not be loaded: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            scope.close();
            throw e;
        }
    }

    private static Student adapted(
            Path directory,
            Path model,
            LoraConfig lora,
            DecoderConfig config,
            TokenizerFiles files,
            NDManager scope,
            Map<String, NDArray> base) {
        Architecture architecture = config.architecture();
        String sha256 = WeightFiles.sha256(model);
        AdapterConfig adapter;
        Map<String, NDArray> trained;
        if (AdapterConfig.isIn(directory)) {
            adapter = lora.isOn() ? lora.adapter(architecture, model) : AdapterConfig.read(directory);
            AdapterBase.require(directory, model, sha256);
            trained = new AdapterWeights(architecture, scope, base).load(directory, adapter);
        } else {
            adapter = lora.adapter(architecture, model);
            trained = new AdapterWeights(architecture, scope, base).fresh(lora);
        }
        Map<String, NDArray> parameters = new LinkedHashMap<>(base);
        trained.forEach((name, array) -> {
            NDArray replaced = parameters.put(name, named(name, array));
            if (replaced != null && replaced != array) {
                replaced.close();
            }
        });
        parameters.put(SCALING, named(SCALING, scope.create(adapter.scaling())));
        Map<String, NDArray> stored = new LinkedHashMap<>();
        trained.forEach((name, array) -> stored.put(AdapterConfig.PREFIX + name, array));
        return new Student(config, scope, new AdapterFormat(files, adapter, sha256), lora, parameters, trained, stored);
    }

    /**
     * A place for a copy of this student on another device: with weights of the same names and shapes, whose numbers are not set.
     * It computes, and is not saved.
     */
    public Student blank(Device device) {
        NDManager own = TorchEngine.newScope(device);
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        parameters.forEach((name, array) ->
                arrays.put(name, named(name, own.create(array.getShape(), array.getDataType()))));
        Map<String, NDArray> ofTrained = new LinkedHashMap<>();
        trained.keySet().forEach(name -> ofTrained.put(name, Objects.requireNonNull(arrays.get(name))));
        return new Student(config, own, format, lora, arrays, ofTrained, Map.of());
    }

    private static NDArray named(String name, NDArray array) {
        array.setName("params." + name);
        return array;
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
            throw new StudentException("the student could not be saved to " + directory + ": " + FileProblem.of(e), e);
        }
        save(ModelOutput.to(directory));
    }

    /** The same, file by file to an output, which makes them durable. */
    public void save(ModelOutput output) {
        List<TensorData> tensors = new ArrayList<>();
        stored.forEach((name, array) -> tensors.add(TensorArrays.data(name, array)));
        try {
            format.write(output, tensors);
        } catch (IOException | HuggingFaceException e) {
            throw new StudentException("the student could not be saved: " + e.getMessage(), e);
        }
    }

    /** Memory for a copy of the weights, which can be taken repeatedly. */
    public StudentCopy newCopy() {
        return new StudentCopy(format, new TensorCopy(stored));
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

    /** Where its weights lie. */
    public Device device() {
        return scope.getDevice();
    }

    /** The weights as the {@code params} argument of a script. */
    public NDList parameterArguments() {
        return new NDList(parameters.values());
    }

    /** The weights that training changes, as the {@code params} argument of a script. */
    public NDList trainedArguments() {
        return new NDList(trained.values());
    }

    /**
     * The weights as the {@code params} argument of a script that trains: with dropout, where it is configured.
     *
     * @param owner of what is added to them
     * @param step counted from 1
     * @param part of the step's sequences, counted from 0: each drops other numbers
     */
    public NDList trainingArguments(NDManager owner, long step, int part) {
        NDList arguments = parameterArguments();
        if (lora.isOn() && lora.dropout() > 0) {
            arguments.add(named(DROPOUT, owner.create(new double[] {lora.dropout(), lora.draw(step, part)})));
        }
        return arguments;
    }

    /** The names of the weights that training changes; none where those are all. */
    public Set<String> trainedNames() {
        return lora.isOn() ? trained.keySet() : Set.of();
    }

    /** By name, the shapes of the weights that training changes. */
    public Map<String, Shape> shapes() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        trained.forEach((name, array) -> shapes.put(name, array.getShape()));
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

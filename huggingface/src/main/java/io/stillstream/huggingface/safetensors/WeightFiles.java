package io.stillstream.huggingface.safetensors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.SnapshotManifest.FileDigest;
import io.stillstream.contract.file.Digests;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelJson;
import io.stillstream.huggingface.ModelOutput;
import io.stillstream.huggingface.adapter.AdapterConfig;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The files that hold a model directory's weights: {@code model.safetensors}, or the shards that its index names. */
public final class WeightFiles {

    /** Where one file holds all of them. */
    public static final String WHOLE = "model.safetensors";

    private static final String WEIGHT_MAP = "weight_map";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String INDEX = "model.safetensors.index.json";
    private static final String PICKLED = "pytorch_model.bin";
    private static final Pattern NAME = Pattern.compile("model(-\\d{5}-of-\\d{5})?\\.safetensors");

    /** transformers reads which framework wrote a file. */
    private static final Map<String, String> METADATA = Map.of("format", "pt");

    /** 5 GB, the largest file that the Hugging Face hub recommends. */
    static final long MAXIMUM_SHARD = 5_000_000_000L;

    private WeightFiles() {}

    /**
     * One file, or the shards in the order of their names.
     *
     * @throws HuggingFaceException when there are none, the index cannot be read, or a shard is missing
     */
    public static List<Path> of(Path directory) {
        Path whole = directory.resolve(WHOLE);
        Path index = directory.resolve(INDEX);
        if (Files.isRegularFile(whole)) {
            return List.of(whole);
        }
        if (Files.isRegularFile(index)) {
            return shards(directory, index);
        }
        if (AdapterConfig.isIn(directory)) {
            throw new HuggingFaceException(directory + " holds a LoRA adapter and no whole model; expected " + WHOLE
                    + ": stillstream merge-adapter makes it");
        }
        throw new HuggingFaceException("no weights in " + directory + "; expected " + WHOLE + ", or " + INDEX
                + " and the shards that it names" + pickled(directory));
    }

    /** A pickle can run code when it is read, so PyTorch itself must convert it. */
    private static String pickled(Path directory) {
        for (String name : List.of(PICKLED, PICKLED + ".index.json")) {
            if (Files.isRegularFile(directory.resolve(name))) {
                return "; " + name + " is there, which is not read. This converts it: python -c"
                        + " \"from transformers import AutoModelForCausalLM as M; d = '" + directory
                        + "'; M.from_pretrained(d).save_pretrained(d)\"";
            }
        }
        return "";
    }

    /** Whether a file of this name holds weights, or an adapter of them. */
    public static boolean isWeights(String name) {
        return NAME.matcher(name).matches() || name.equals(AdapterConfig.WEIGHTS);
    }

    /** Writes one file, or shards of at most 5 GB (a larger tensor has a shard of its own) and their index. */
    public static void write(ModelOutput output, List<TensorData> tensors) throws IOException {
        write(output, tensors, Map.of(), MAXIMUM_SHARD);
    }

    /**
     * The same for weights that are in single precision now and came in another type, which {@link SafetensorsReader#storedAs}
     * finds again.
     *
     * @param storedAs types by the tensors' names
     */
    public static void writeWidened(ModelOutput output, List<TensorData> tensors, Map<String, Dtype> storedAs)
            throws IOException {
        write(output, tensors, storedAs, MAXIMUM_SHARD);
    }

    static void write(ModelOutput output, List<TensorData> tensors, Map<String, Dtype> storedAs, long maximumShard)
            throws IOException {
        List<List<TensorData>> shards = divided(tensors, maximumShard);
        if (shards.size() <= 1) {
            write(output, WHOLE, tensors, storedAs);
            return;
        }
        ObjectNode index = JSON.createObjectNode();
        index.putObject("metadata")
                .put(
                        "total_size",
                        tensors.stream()
                                .mapToLong(tensor -> tensor.info().byteSize())
                                .sum());
        ObjectNode map = index.putObject(WEIGHT_MAP);
        for (int i = 0; i < shards.size(); i++) {
            String name = String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, shards.size());
            write(output, name, shards.get(i), storedAs);
            shards.get(i).forEach(tensor -> map.put(tensor.info().name(), name));
        }
        output.write(INDEX, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(index));
    }

    private static void write(ModelOutput output, String name, List<TensorData> tensors, Map<String, Dtype> storedAs)
            throws IOException {
        ObjectNode types = JSON.createObjectNode();
        for (TensorData tensor : tensors) {
            Dtype type =
                    storedAs.getOrDefault(tensor.info().name(), tensor.info().dtype());
            if (type != tensor.info().dtype()) {
                types.put(tensor.info().name(), type.name());
            }
        }
        Map<String, String> metadata = new TreeMap<>(METADATA);
        if (!types.isEmpty()) {
            metadata.put(SafetensorsHeader.STORED_AS, types.toString());
        }
        try (WritableByteChannel channel = output.create(name)) {
            SafetensorsWriter.write(channel, tensors, metadata);
        }
    }

    /** Removes weights that were written to a directory before, so that none of them is read with or for the new ones. */
    public static void remove(Path directory) throws IOException {
        Files.deleteIfExists(directory.resolve(INDEX));
        try (DirectoryStream<Path> old = Files.newDirectoryStream(
                directory, file -> NAME.matcher(file.getFileName().toString()).matches())) {
            for (Path file : old) {
                Files.delete(file);
            }
        }
    }

    private static List<List<TensorData>> divided(List<TensorData> tensors, long maximumShard) {
        List<List<TensorData>> shards = new ArrayList<>();
        long size = 0;
        for (TensorData tensor : tensors) {
            long bytes = tensor.info().byteSize();
            if (shards.isEmpty() || size + bytes > maximumShard) {
                shards.add(new ArrayList<>());
                size = 0;
            }
            shards.get(shards.size() - 1).add(tensor);
            size += bytes;
        }
        return shards;
    }

    /**
     * What tells these weights from others: the file's sha256, or of shards that of their names and sha256s. An adapter's is its
     * file's.
     */
    public static String sha256(Path directory) {
        if (AdapterConfig.isIn(directory)) {
            return Digests.sha256(directory.resolve(AdapterConfig.WEIGHTS));
        }
        List<Path> files = of(directory);
        return files.size() == 1
                ? Digests.sha256(files.get(0))
                : Digests.sha256(files.stream()
                        .map(file -> file.getFileName() + " " + Digests.sha256(file))
                        .collect(Collectors.joining("\n")));
    }

    /**
     * The same of files that somebody has hashed.
     *
     * @param files each file's sha256 by name, weights among others
     * @return empty where no file holds weights
     */
    public static Optional<String> sha256(Map<String, FileDigest> files) {
        Map<String, FileDigest> weights = new TreeMap<>(files);
        weights.keySet().removeIf(name -> !isWeights(name));
        if (weights.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                weights.size() == 1
                        ? weights.values().iterator().next().sha256()
                        : Digests.sha256(weights.entrySet().stream()
                                .map(shard ->
                                        shard.getKey() + " " + shard.getValue().sha256())
                                .collect(Collectors.joining("\n"))));
    }

    /** @throws HuggingFaceException when the weights are shards, and the index names a tensor that is not among these */
    static void requireIndexed(Path directory, Set<String> tensors) {
        Path index = directory.resolve(INDEX);
        if (Files.isRegularFile(directory.resolve(WHOLE)) || !Files.isRegularFile(index)) {
            return;
        }
        shardByTensor(index).forEach((tensor, shard) -> {
            if (!tensors.contains(tensor)) {
                throw new HuggingFaceException(index + " names the tensor " + ModelJson.shown(tensor) + " of the shard "
                        + shard + "; expected it in one of the shards");
            }
        });
    }

    private static List<Path> shards(Path directory, Path index) {
        Set<String> names = new TreeSet<>(shardByTensor(index).values());
        if (names.isEmpty()) {
            throw new HuggingFaceException(index + " names no shards; expected a weight_map");
        }
        for (String name : names) {
            if (!isFileName(name)) {
                throw new HuggingFaceException(index + " names the shard " + ModelJson.shown(name)
                        + "; expected a file beside it, without a directory");
            }
            if (!Files.isRegularFile(directory.resolve(name))) {
                throw new HuggingFaceException("the shard " + name + " is missing from " + directory + "; " + INDEX
                        + " names " + names.size() + " shards");
            }
        }
        return names.stream().map(directory::resolve).toList();
    }

    private static Map<String, String> shardByTensor(Path index) {
        Map<String, String> shards = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> shard :
                ModelJson.read(index).path(WEIGHT_MAP).properties()) {
            if (!shard.getValue().isTextual()) {
                throw new HuggingFaceException(index + " names the shard " + ModelJson.shown(shard.getValue()) + " for "
                        + ModelJson.shown(shard.getKey()) + "; expected a file's name");
            }
            shards.put(shard.getKey(), shard.getValue().textValue());
        }
        return shards;
    }

    private static boolean isFileName(String name) {
        try {
            return Path.of(name).equals(Path.of(name).getFileName()) && !name.equals("..");
        } catch (InvalidPathException e) {
            return false;
        }
    }
}

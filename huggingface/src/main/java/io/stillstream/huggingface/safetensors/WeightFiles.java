package io.stillstream.huggingface.safetensors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.contract.Digests;
import io.stillstream.huggingface.HuggingFaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The files that hold a model directory's weights: {@code model.safetensors}, or the shards that its index names. */
public final class WeightFiles {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String WHOLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final String PICKLED = "pytorch_model.bin";

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
        throw new HuggingFaceException("no weights in " + directory + "; expected " + WHOLE + ", or " + INDEX
                + " and the shards that it names"
                + (Files.isRegularFile(directory.resolve(PICKLED))
                        ? "; " + PICKLED + " is there, which is not read: save the model with safe_serialization=True"
                        : ""));
    }

    /** What tells these weights from others: the file's sha256, or of shards that of their names and sha256s. */
    public static String sha256(Path directory) {
        List<Path> files = of(directory);
        return files.size() == 1
                ? Digests.sha256(files.get(0))
                : Digests.sha256(files.stream()
                        .map(file -> file.getFileName() + " " + Digests.sha256(file))
                        .collect(Collectors.joining("\n")));
    }

    private static List<Path> shards(Path directory, Path index) {
        JsonNode map;
        try {
            map = JSON.readTree(index.toFile()).path("weight_map");
        } catch (IOException e) {
            throw new HuggingFaceException(index + " cannot be read: " + e.getMessage(), e);
        }
        TreeSet<String> names = new TreeSet<>();
        map.forEach(name -> names.add(name.asText()));
        if (names.isEmpty()) {
            throw new HuggingFaceException(index + " names no shards; expected a weight_map");
        }
        for (String name : names) {
            if (!Path.of(name).equals(Path.of(name).getFileName())) {
                throw new HuggingFaceException(
                        index + " names the shard '" + name + "'; expected a file beside it, without a directory");
            }
            if (!Files.isRegularFile(directory.resolve(name))) {
                throw new HuggingFaceException("the shard " + name + " is missing from " + directory + "; " + INDEX
                        + " names " + names.size() + " shards");
            }
        }
        return names.stream().map(directory::resolve).toList();
    }
}

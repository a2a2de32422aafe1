package io.stillstream.huggingface.safetensors;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.contract.Digests;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelJson;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The files that hold a model directory's weights: {@code model.safetensors}, or the shards that its index names. */
public final class WeightFiles {

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
        TreeSet<String> names = new TreeSet<>();
        for (Map.Entry<String, JsonNode> shard :
                ModelJson.read(index).path("weight_map").properties()) {
            if (!shard.getValue().isTextual()) {
                throw new HuggingFaceException(index + " names the shard " + ModelJson.shown(shard.getValue()) + " for "
                        + ModelJson.shown(shard.getKey()) + "; expected a file's name");
            }
            names.add(shard.getValue().textValue());
        }
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

    private static boolean isFileName(String name) {
        try {
            return Path.of(name).equals(Path.of(name).getFileName()) && !name.equals("..");
        } catch (InvalidPathException e) {
            return false;
        }
    }
}

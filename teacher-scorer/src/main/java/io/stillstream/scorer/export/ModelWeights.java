package io.stillstream.scorer.export;

import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.huggingface.safetensors.TensorInfo;
import io.stillstream.scorer.ScorerException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;

/** The weights of a model directory: {@code model.safetensors}, or the shards that large models come in. */
final class ModelWeights implements AutoCloseable {

    private final Path directory;
    private final List<SafetensorsReader> files;
    private final Map<String, Located> tensors = new LinkedHashMap<>();
    private final Set<String> used = new HashSet<>();

    private record Located(TensorInfo info, SafetensorsReader file) {}

    private ModelWeights(Path directory, List<SafetensorsReader> files) {
        this.directory = directory;
        this.files = files;
        for (SafetensorsReader file : files) {
            file.tensors().forEach((name, info) -> tensors.put(name, new Located(info, file)));
        }
    }

    static ModelWeights open(Path directory) throws IOException {
        List<SafetensorsReader> files = new ArrayList<>();
        try {
            for (Path file : files(directory)) {
                files.add(SafetensorsReader.open(file));
            }
        } catch (RuntimeException e) {
            files.forEach(SafetensorsReader::close);
            throw e;
        }
        return new ModelWeights(directory, files);
    }

    private static Set<Path> files(Path directory) throws IOException {
        Path single = directory.resolve("model.safetensors");
        if (Files.isRegularFile(single)) {
            return Set.of(single);
        }
        Set<Path> shards = new TreeSet<>();
        try (DirectoryStream<Path> matches = Files.newDirectoryStream(directory, "model-*-of-*.safetensors")) {
            matches.forEach(shards::add);
        }
        if (shards.isEmpty()) {
            throw new ScorerException("no model.safetensors in " + directory + "; expected a Hugging Face directory");
        }
        return shards;
    }

    /** How many numbers all tensors hold together. */
    long elements() {
        return tensors.values().stream()
                .mapToLong(located -> located.info().elements())
                .sum();
    }

    /** The numbers of a tensor, row-major. */
    float[] floats(String name, long... shape) {
        Located located = tensors.get(name);
        if (located == null) {
            throw new ScorerException("tensor " + name + " is missing from " + directory + "; config.json asks for it");
        }
        List<Long> expected = LongStream.of(shape).boxed().toList();
        List<Long> found = located.info().shape();
        if (!found.equals(expected)) {
            throw new ScorerException("tensor " + name + " in " + directory + " has the shape " + found
                    + "; config.json asks for " + expected);
        }
        used.add(name);
        return located.file().floats(name);
    }

    /** Marks a tensor that a file may hold but the graph does not need. */
    void ignore(String name) {
        used.add(name);
    }

    /** Fails when a weight was not used: the model computes something that the graph does not. */
    void requireAllUsed() {
        List<String> unused =
                tensors.keySet().stream().filter(name -> !used.contains(name)).toList();
        if (!unused.isEmpty()) {
            throw new ScorerException(
                    directory + " has " + unused.size() + " tensors that a Llama decoder has no place for: " + unused);
        }
    }

    @Override
    public void close() {
        files.forEach(SafetensorsReader::close);
    }
}

package io.stillstream.scorer.onnx;

import io.stillstream.scorer.ScorerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds a teacher's ONNX file: the one that is configured, or else the one that needs no name. */
final class OnnxFile {

    private static final String SUFFIX = ".onnx";
    private static final List<Path> USUAL = List.of(Path.of("model.onnx"), Path.of("onnx", "model.onnx"));

    /** Below the teacher's directory, where exporters put models. */
    private static final List<Path> PLACES = List.of(Path.of(""), Path.of("onnx"));

    private OnnxFile() {}

    /** @throws ScorerException when there is none, or several of which none is configured, naming those that were found */
    static Path of(TeacherConfig config) {
        Path directory = config.directory();
        Path configured = config.model();
        if (configured != null) {
            Path file = directory.resolve(configured);
            if (!Files.isRegularFile(file)) {
                List<Path> found = candidates(directory);
                throw new ScorerException("teacher.model " + configured + " is no file in " + directory
                        + (found.isEmpty() ? ", which holds no ONNX file" : "; expected one of " + names(found)));
            }
            return file;
        }
        for (Path usual : USUAL) {
            if (Files.isRegularFile(directory.resolve(usual))) {
                return directory.resolve(usual);
            }
        }
        List<Path> found = candidates(directory);
        if (found.isEmpty()) {
            throw new ScorerException("no ONNX model in " + directory
                    + "; put model.onnx there (stillstream export-onnx writes one from a safetensors directory)");
        }
        if (found.size() > 1) {
            throw new ScorerException(directory + " holds " + found.size()
                    + " ONNX files and none has a usual name (model.onnx, onnx/model.onnx): " + names(found)
                    + "; name the one to use with teacher.model");
        }
        return directory.resolve(found.get(0));
    }

    private static String names(List<Path> files) {
        return files.stream().map(Path::toString).collect(Collectors.joining(", "));
    }

    /** Relative to the directory, sorted. */
    private static List<Path> candidates(Path directory) {
        List<Path> found = new ArrayList<>();
        for (Path place : PLACES) {
            Path searched = directory.resolve(place);
            if (Files.isDirectory(searched)) {
                try (Stream<Path> files = Files.list(searched)) {
                    files.filter(file -> file.getFileName().toString().endsWith(SUFFIX))
                            .filter(Files::isRegularFile)
                            .map(directory::relativize)
                            .sorted()
                            .forEach(found::add);
                } catch (IOException e) {
                    throw new ScorerException("could not list " + searched + ": " + e.getMessage(), e);
                }
            }
        }
        return found;
    }
}

package io.stillstream.pipeline.demo;

import io.stillstream.pipeline.PipelineException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** Copies the bundled teacher, student, prompts and settings into a directory, where the stages can open them. */
public final class BundledModels {

    private static final List<String> FILES = List.of(
            "teacher/model.onnx",
            "teacher/config.json",
            "teacher/generation_config.json",
            "teacher/tokenizer.json",
            "teacher/tokenizer_config.json",
            "student/model.safetensors",
            "student/config.json",
            "student/generation_config.json",
            "student/tokenizer.json",
            "student/tokenizer_config.json",
            "prompts.jsonl",
            "demo.yaml");

    private final Path directory;

    private BundledModels(Path directory) {
        this.directory = directory;
    }

    /** @throws PipelineException when the directory cannot be written */
    public static BundledModels unpack(Path directory) {
        for (String file : FILES) {
            Path target = directory.resolve(file);
            try (InputStream in = BundledModels.class.getResourceAsStream("/demo/" + file)) {
                if (in == null) {
                    throw new PipelineException("this build lacks the demo's " + file);
                }
                Files.createDirectories(directory.resolve(file).getParent());
                Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw new PipelineException("the demo's models cannot be written to " + directory + ": " + e, e);
            }
        }
        return new BundledModels(directory);
    }

    public Path teacher() {
        return directory.resolve("teacher");
    }

    public Path student() {
        return directory.resolve("student");
    }

    public Path prompts() {
        return directory.resolve("prompts.jsonl");
    }

    /** The configuration file of the demo; what depends on the machine is not in it. */
    public Path settings() {
        return directory.resolve("demo.yaml");
    }
}

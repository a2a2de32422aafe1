package io.stillstream.pipeline.command.model;

import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.safetensors.WeightFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Where a command writes a model: looked at before the work, which may take days. */
final class NewModel {

    private NewModel() {}

    /** What took days to train must not go by a name given twice. */
    static void requireNone(CommandSpec spec, Path directory) {
        requireDirectory(spec, directory);
        for (String name : List.of(DecoderConfig.FILE_NAME, WeightFiles.WHOLE)) {
            if (Files.exists(directory.resolve(name))) {
                throw new ParameterException(
                        spec.commandLine(),
                        directory + " holds a model already (" + name + "); expected another directory");
            }
        }
    }

    /** That it is a directory or can become one. */
    static void requireDirectory(CommandSpec spec, Path directory) {
        if (directory.toString().isBlank()) {
            throw new ParameterException(
                    spec.commandLine(), "the directory to write to is named ''; expected a name, or . for this one");
        }
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new ParameterException(
                    spec.commandLine(), directory + " is no directory; expected one, or a new name");
        }
    }
}

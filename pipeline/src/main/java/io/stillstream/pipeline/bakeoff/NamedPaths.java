package io.stillstream.pipeline.bakeoff;

import io.stillstream.pipeline.PipelineException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Options of the form {@code NAME=PATH}, given any number of times. */
public final class NamedPaths {

    private static final char SEPARATOR = '=';

    private NamedPaths() {}

    /**
     * Paths that have a name each.
     *
     * @param option as the user writes it
     * @return by name, in the order given
     * @throws PipelineException when one has no name, or two have the same
     */
    public static Map<String, Path> of(String option, List<String> values) {
        Map<String, Path> paths = new LinkedHashMap<>();
        for (String value : values) {
            int separator = value.indexOf(SEPARATOR);
            if (separator < 1 || separator == value.length() - 1) {
                throw new PipelineException(option + " is '" + value + "'; expected a name and a file, as NAME=FILE");
            }
            put(option, value.substring(0, separator), Path.of(value.substring(separator + 1)), paths);
        }
        return paths;
    }

    /**
     * Directories, of which those without a name are named after themselves.
     *
     * @return by name, in the order given
     * @throws PipelineException when there is no such directory, or two have the same name
     */
    public static Map<String, Path> directories(String option, List<String> values) {
        Map<String, Path> paths = new LinkedHashMap<>();
        for (String value : values) {
            int separator = value.indexOf(SEPARATOR);
            // A directory's own name may hold the separator.
            boolean named = separator > 0 && !Files.isDirectory(Path.of(value));
            Path directory = Path.of(named ? value.substring(separator + 1) : value);
            if (!Files.isDirectory(directory)) {
                throw new PipelineException(option + " is '" + value + "': no directory " + directory
                        + "; expected a Hugging Face directory, as DIR or NAME=DIR");
            }
            put(option, named ? value.substring(0, separator) : nameOf(directory), directory, paths);
        }
        return paths;
    }

    private static void put(String option, String name, Path path, Map<String, Path> paths) {
        Path before = paths.put(name, path);
        if (before != null) {
            throw new PipelineException(option + " gives the name '" + name + "' to " + before + " and to " + path
                    + "; expected a name for each");
        }
    }

    /** Of the last part that is one: {@code .} has none of its own. */
    private static String nameOf(Path directory) {
        Path name = directory.toAbsolutePath().normalize().getFileName();
        return name == null ? directory.toString() : name.toString();
    }
}

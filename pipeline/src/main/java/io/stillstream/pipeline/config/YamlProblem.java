package io.stillstream.pipeline.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** What is wrong with a file that cannot be read as a configuration, without the file's text: it may hold secrets. */
final class YamlProblem {

    private YamlProblem() {}

    static String of(JsonProcessingException e) {
        if (e.getCause() instanceof MarkedYAMLException marked) {
            return "not valid YAML: " + withoutNames(String.valueOf(marked.getProblem()));
        }
        return "not valid YAML: " + e.getOriginalMessage();
    }

    /** The parser's sentences hold a character of the file at most, but for those about an alias, a tag or a directive. */
    private static String withoutNames(String problem) {
        if (problem.contains("alias")) {
            return "an alias, a text that begins with *, without its anchor; quote a text that is to begin with *";
        }
        if (problem.contains("tag") || problem.contains("directive")) {
            return "a tag or a directive, a text that begins with ! or %, that is not known; quote a text that is to begin"
                    + " with one";
        }
        return problem;
    }
}

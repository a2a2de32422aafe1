package io.stillstream.evaluation.bakeoff.plan;

import io.stillstream.evaluation.EvaluationException;
import java.nio.file.Path;

/**
 * A student that runs start from.
 *
 * @param name in table and plot
 * @param directory a Hugging Face directory
 */
public record StudentDirectory(String name, Path directory) {

    public StudentDirectory {
        if (name.isBlank()) {
            throw new EvaluationException(
                    "the student in " + directory + " has a blank name; expected one for the table");
        }
    }
}

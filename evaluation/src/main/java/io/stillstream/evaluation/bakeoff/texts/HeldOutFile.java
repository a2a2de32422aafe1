package io.stillstream.evaluation.bakeoff.texts;

import io.stillstream.evaluation.bakeoff.plan.SetRole;
import java.nio.file.Path;

/**
 * Prompts to measure students on.
 *
 * @param name of the set in table and plot
 * @param file a prompt in each line
 */
public record HeldOutFile(String name, SetRole role, Path file) {}

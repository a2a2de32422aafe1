package io.stillstream.configuration;

import java.util.List;

/** Everything that is wrong with a configuration, a line each. */
public final class ConfigException extends RuntimeException {

    /** Of one problem: a value that is quoted may have any length. */
    private static final int MOST_CHARACTERS = 1000;

    private final List<String> problems;

    public ConfigException(List<String> problems) {
        this(problems.stream().map(ConfigException::line).toList(), problems.size());
    }

    private ConfigException(List<String> lines, int count) {
        super("the configuration has " + count + (count == 1 ? " problem" : " problems") + ":\n  "
                + String.join("\n  ", lines));
        this.problems = List.copyOf(lines);
    }

    public List<String> problems() {
        return problems;
    }

    /** On one line, without what a terminal would obey; of a long one the beginning and the end, which says what was expected. */
    private static String line(String problem) {
        String shown = problem.length() <= MOST_CHARACTERS
                ? problem
                : problem.substring(0, MOST_CHARACTERS / 2) + " … "
                        + problem.substring(problem.length() - MOST_CHARACTERS / 2 + 3);
        return shown.replaceAll("[\\s\\p{Z}&&[^ ]]+", " ").replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}]", "?");
    }
}

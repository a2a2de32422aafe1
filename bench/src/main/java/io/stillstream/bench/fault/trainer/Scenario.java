package io.stillstream.bench.fault.trainer;

import java.util.List;

/**
 * A trouble and what became of it.
 *
 * @param held whether it went as it should
 * @param told what happened, and the lines of the log that a user sees
 */
public record Scenario(String name, boolean held, List<String> told) {

    public Scenario {
        told = List.copyOf(told);
    }
}

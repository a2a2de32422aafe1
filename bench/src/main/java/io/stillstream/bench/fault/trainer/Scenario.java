package io.stillstream.bench.fault.trainer;

import java.util.List;

/**
 * The outcome of one fault.
 *
 * @param held whether the trainer survived it, or refused it, as it should
 * @param findings what happened, and the warnings and errors in the log
 */
public record Scenario(String name, boolean held, List<String> findings) {

    public Scenario {
        findings = List.copyOf(findings);
    }
}

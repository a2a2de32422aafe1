package io.stillstream.pipeline.run;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a process does at a moment, for whoever looks at it. */
public enum RunPhase {
    STARTING("loading the models"),
    RUNNING(null),
    /** There is no more traffic; what was sent is scored and trained on. */
    FINISHING("the traffic has ended"),
    /** Nothing is read any more; the student is evaluated and published. */
    EVALUATING("final evaluation: measuring the student on what was held out");

    private final @Nullable String words;

    RunPhase(@Nullable String words) {
        this.words = words;
    }

    /** Empty for the usual phase, which goes without saying. */
    public Optional<String> words() {
        return Optional.ofNullable(words);
    }
}

package io.stillstream.pipeline.run;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a process does at a moment, for whoever looks at it. */
public enum RunPhase {
    /** The broker is started, or connected to. */
    STARTING("starting"),
    LOADING("loading the models"),
    RUNNING(null),
    /** There is no more traffic; what was sent is scored and trained on. */
    FINISHING("the traffic has ended"),
    /** Nothing is read any more; the student is evaluated and published. */
    EVALUATING("final evaluation: measuring the student on what was held out"),
    /** Nothing new is begun, because somebody asked for it or the outcome is known. */
    STOPPING("stopping");

    private final @Nullable String words;

    RunPhase(@Nullable String words) {
        this.words = words;
    }

    /** Whether anything has come of the process yet. */
    public boolean beforeWork() {
        return this == STARTING || this == LOADING;
    }

    /** Whether records are scored or trained on. */
    public boolean atWork() {
        return this == RUNNING || this == FINISHING;
    }

    /** Empty for the usual phase, which goes without saying. */
    public Optional<String> words() {
        return Optional.ofNullable(words);
    }
}

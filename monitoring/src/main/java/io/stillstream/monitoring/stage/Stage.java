package io.stillstream.monitoring.stage;

import io.micrometer.core.instrument.Tags;

/** The stage that a meter belongs to: its {@code stage} label. One process may run several. */
public enum Stage {
    PRODUCER("producer"),
    /** The proxy that live traffic passes through, and the capture of it. */
    PROXY("proxy"),
    SCORER("teacher-scorer"),
    TRAINER("student-trainer"),
    /** The student behind an API. */
    SERVING("student-serving"),
    /** The controller of a rollout. */
    ROLLOUT("rollout"),
    /** The process itself, its memory and threads, where it runs several stages. */
    PIPELINE("pipeline");

    public static final String TAG = "stage";

    private final String label;

    Stage(String label) {
        this.label = label;
    }

    /** The label's value, and the stage's name in the headers of dead letters. */
    public String label() {
        return label;
    }

    public Tags tags() {
        return Tags.of(TAG, label);
    }
}

package io.stillstream.monitoring;

import io.micrometer.core.instrument.Tags;

/** Whose meter it is: the {@code stage} label. One process may host several. */
public enum Stage {
    PRODUCER("producer"),
    SCORER("teacher-scorer"),
    TRAINER("student-trainer"),
    /** The process around the stages: its memory and threads where it hosts more than one of them. */
    PIPELINE("pipeline");

    static final String TAG = "stage";

    private final String label;

    Stage(String label) {
        this.label = label;
    }

    /** The label's value, which is the stage's name in dead letters too. */
    public String label() {
        return label;
    }

    Tags tags() {
        return Tags.of(TAG, label);
    }
}

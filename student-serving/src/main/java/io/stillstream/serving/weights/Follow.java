package io.stillstream.serving.weights;

import java.util.Locale;

/** Which snapshot a server follows. */
public enum Follow {
    /** The trainer's newest, by its alias. */
    CANDIDATE,
    /** The one that was promoted, by its alias. */
    CHAMPION,
    /** The one that was published last on the topic of snapshots. */
    TOPIC;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}

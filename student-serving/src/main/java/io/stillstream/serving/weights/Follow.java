package io.stillstream.serving.weights;

import java.util.Locale;

/** Which snapshot a server follows. */
public enum Follow {
    /** The trainer's newest, by its alias. */
    CANDIDATE,
    /** The one that was promoted: by the rollout's state where Kafka is known, and by the alias otherwise. */
    CHAMPION,
    /** The candidate that is on its way in the rollout; nothing while there is none. */
    CANARY,
    /** The one that was published last on the topic of snapshots. */
    TOPIC;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it cannot be said without Kafka. */
    public boolean needsKafka() {
        return this == CANARY || this == TOPIC;
    }
}

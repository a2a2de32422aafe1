package io.stillstream.trainer.checkpoint;

import java.util.Locale;

/** Names that point to a snapshot and are moved from one to the next. */
public enum Alias {
    /** The newest. */
    CANDIDATE,
    /** The one that serves. */
    CHAMPION,
    /** The one that a rollout is trying beside the champion. */
    CANARY,
    /** The champion before, which a rollback brings back. */
    PREVIOUS;

    String fileName() {
        return name().toLowerCase(Locale.ROOT);
    }
}

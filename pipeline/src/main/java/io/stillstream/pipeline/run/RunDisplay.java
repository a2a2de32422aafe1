package io.stillstream.pipeline.run;

import io.stillstream.monitoring.Progress;
import java.util.function.Supplier;

/** Shows a run to whoever started it, while it goes on. */
@FunctionalInterface
public interface RunDisplay {

    /**
     * Called once, before models are loaded.
     *
     * @param progress of all stages, whenever it is asked
     * @return closed when the run ends
     */
    Showing start(RunPlaces places, Supplier<Progress> progress);

    /** What is shown until it is closed. */
    interface Showing extends AutoCloseable {

        /** Says what the run does from now on. */
        default void phase(RunPhase phase) {}

        @Override
        void close();
    }
}

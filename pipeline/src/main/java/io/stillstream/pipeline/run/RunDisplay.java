package io.stillstream.pipeline.run;

import io.stillstream.monitoring.Progress;
import java.net.URI;
import java.util.function.Supplier;

/** Shows a run to whoever started it, while it goes on. */
@FunctionalInterface
public interface RunDisplay {

    /**
     * Called once, before anything that takes long.
     *
     * @param progress of all stages, whenever it is asked
     * @return closed when the run ends
     */
    Showing start(Supplier<Progress> progress);

    /** What is shown until it is closed. */
    interface Showing extends AutoCloseable {

        /** Says where the run can be looked at in a browser, before anything that takes long. */
        default void console(URI address) {}

        /** Says where what belongs to the process is found, once that is known. */
        default void places(RunPlaces places) {}

        /** Says where callers reach the proxy, once they do. */
        default void proxy(URI address) {}

        /** Says where the champion is served, once it listens. */
        default void student(URI address) {}

        /** Says what has just happened, in a line that stays. */
        default void event(String line) {}

        /** Says what the run does from now on. */
        default void phase(RunPhase phase) {}

        @Override
        void close();
    }
}

package io.stillstream.pipeline.run;

import io.stillstream.monitoring.Progress;
import java.net.URI;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Shows a run to whoever started it, while it goes on. */
@FunctionalInterface
public interface RunDisplay {

    /**
     * Called once, when every stage runs.
     *
     * @param metrics where they are served; null when they are not
     * @param progress of all stages, whenever it is asked
     * @return closed when the run ends
     */
    Showing start(@Nullable URI metrics, Supplier<Progress> progress);

    /** What is shown until it is closed. */
    interface Showing extends AutoCloseable {

        @Override
        void close();
    }
}

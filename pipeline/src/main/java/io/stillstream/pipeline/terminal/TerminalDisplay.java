package io.stillstream.pipeline.terminal;

import io.stillstream.contract.Topics;
import io.stillstream.monitoring.Progress;
import io.stillstream.monitoring.Stage;
import io.stillstream.pipeline.run.RunDisplay;
import io.stillstream.pipeline.run.RunPhase;
import io.stillstream.pipeline.run.RunPlaces;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A process at the terminal: where its data, log, broker and metrics are, then the {@link LiveDisplay}. */
public final class TerminalDisplay implements RunDisplay {

    private final Screen screen;
    private final ProgressLines lines;
    private final @Nullable Path log;

    /**
     * @param stages that the process runs
     * @param log the file that the log is written to; null where it goes to standard error
     */
    public TerminalDisplay(Screen screen, Set<Stage> stages, Topics topics, @Nullable Path log) {
        this.screen = screen;
        this.lines = new ProgressLines(stages, topics);
        this.log = log;
    }

    @Override
    public Showing start(RunPlaces places, Supplier<Progress> progress) {
        print(places);
        LiveDisplay display = LiveDisplay.start(screen, lines, progress);
        return new Showing() {

            @Override
            public void phase(RunPhase phase) {
                display.phase(phase);
            }

            @Override
            public void close() {
                display.close();
            }
        };
    }

    private void print(RunPlaces places) {
        line("data", places.dataDirectory().toAbsolutePath().normalize());
        if (log != null) {
            line("log", log.toAbsolutePath().normalize());
        }
        line("broker", places.bootstrapServers() + (places.embedded() ? ", in this process" : ""));
        if (places.metrics() != null) {
            line("metrics", places.metrics() + "/metrics");
        }
        screen.out().flush();
    }

    private void line(String label, Object place) {
        screen.out().printf(Locale.ROOT, "%-8s %s%n", label, place);
    }
}

package io.stillstream.pipeline.terminal;

import io.stillstream.contract.text.Printable;
import io.stillstream.monitoring.Progress;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.run.RunDisplay;
import io.stillstream.pipeline.run.RunPhase;
import io.stillstream.pipeline.run.RunPlaces;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A process at the terminal: where its data, log, broker and metrics are, then the {@link LiveDisplay}. */
public final class TerminalDisplay implements RunDisplay {

    private final Screen screen;
    private final ProgressLines lines;
    private final Path data;
    private final @Nullable Path log;

    /**
     * @param stages that the process runs
     * @param log the file that the log is written to; null where it goes to standard error
     */
    public TerminalDisplay(Screen screen, Set<Stage> stages, StillstreamConfig config, @Nullable Path log) {
        this.screen = screen;
        this.lines = new ProgressLines(stages, config.topics());
        this.data = config.dataDirectory();
        this.log = log;
    }

    @Override
    public Showing start(Supplier<Progress> progress) {
        LiveDisplay display = LiveDisplay.start(screen, lines, progress);
        return new Showing() {

            private boolean filesShown;

            @Override
            public void console(URI address) {
                display.above(line("console", address));
                files();
            }

            /** Below the console, and before whatever may fail. */
            private void files() {
                if (!filesShown) {
                    filesShown = true;
                    display.above(line("data", absolute(data)));
                    if (log != null) {
                        display.above(line("log", absolute(log)));
                    }
                }
            }

            @Override
            public void places(RunPlaces places) {
                files();
                display.above(
                        line("broker", places.bootstrapServers() + (places.embedded() ? ", in this process" : "")));
                if (places.metrics() != null) {
                    display.above(line("metrics", places.metrics() + "/metrics"));
                }
            }

            @Override
            public void proxy(URI address) {
                display.above(line("proxy", address + "/v1, the base URL to give to your clients"));
            }

            @Override
            public void student(URI address) {
                display.above(line("student", address + "/v1, once there is a champion"));
            }

            @Override
            public void event(String line) {
                display.event(Printable.line(line));
            }

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

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }

    private static String line(String label, Object place) {
        return Printable.line(String.format(Locale.ROOT, "%-8s %s", label, place));
    }
}

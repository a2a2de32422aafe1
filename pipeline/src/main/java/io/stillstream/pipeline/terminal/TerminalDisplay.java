package io.stillstream.pipeline.terminal;

import io.stillstream.monitoring.Progress;
import io.stillstream.pipeline.run.RunDisplay;
import java.io.PrintStream;
import java.net.URI;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A run at the terminal: where its metrics are, then the {@link LiveLine}. */
public final class TerminalDisplay implements RunDisplay {

    private final PrintStream out;

    public TerminalDisplay(PrintStream out) {
        this.out = out;
    }

    @Override
    public Showing start(@Nullable URI metrics, Supplier<Progress> progress) {
        if (metrics != null) {
            out.println("Metrics are at " + metrics + "/metrics.");
        }
        LiveLine line = LiveLine.start(progress);
        return line::close;
    }
}

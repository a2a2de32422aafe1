package io.stillstream.pipeline.demo;

import io.stillstream.monitoring.Progress;
import io.stillstream.pipeline.run.RunDisplay;
import io.stillstream.pipeline.run.RunPhase;
import io.stillstream.pipeline.run.RunPlaces;
import java.net.URI;
import java.util.function.Supplier;

/**
 * A display that shows the console's address with the token of this demo, behind the {@code #} that browsers send nowhere: whoever
 * opens it may click.
 */
public final class ShownToken implements RunDisplay {

    private final RunDisplay display;
    private final String token;

    /** @param display that the run is shown on */
    public ShownToken(RunDisplay display, String token) {
        this.display = display;
        this.token = token;
    }

    @Override
    public Showing start(Supplier<Progress> progress) {
        Showing shown = display.start(progress);
        return new Showing() {

            @Override
            public void console(URI address) {
                shown.console(token.isEmpty() ? address : URI.create(address + "#token=" + token));
            }

            @Override
            public void places(RunPlaces places) {
                shown.places(places);
            }

            @Override
            public void proxy(URI address) {
                shown.proxy(address);
            }

            @Override
            public void phase(RunPhase phase) {
                shown.phase(phase);
            }

            @Override
            public void close() {
                shown.close();
            }
        };
    }
}

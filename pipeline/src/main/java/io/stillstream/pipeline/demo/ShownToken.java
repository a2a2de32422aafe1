package io.stillstream.pipeline.demo;

import io.stillstream.monitoring.Progress;
import io.stillstream.pipeline.run.ForwardedShowing;
import io.stillstream.pipeline.run.RunDisplay;
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
        return new ForwardedShowing(shown) {

            @Override
            public void console(URI address) {
                super.console(token.isEmpty() ? address : URI.create(address + "#token=" + token));
            }
        };
    }
}

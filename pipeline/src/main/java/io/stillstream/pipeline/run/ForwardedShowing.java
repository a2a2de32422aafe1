package io.stillstream.pipeline.run;

import java.net.URI;

/** Passes on all that is shown, for those that change or watch a part of it. */
public class ForwardedShowing implements RunDisplay.Showing {

    private final RunDisplay.Showing shown;

    protected ForwardedShowing(RunDisplay.Showing shown) {
        this.shown = shown;
    }

    @Override
    public void console(URI address) {
        shown.console(address);
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
    public void student(URI address) {
        shown.student(address);
    }

    @Override
    public void event(String line) {
        shown.event(line);
    }

    @Override
    public void phase(RunPhase phase) {
        shown.phase(phase);
    }

    @Override
    public void close() {
        shown.close();
    }
}

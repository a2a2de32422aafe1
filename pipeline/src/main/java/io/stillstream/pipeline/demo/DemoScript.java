package io.stillstream.pipeline.demo;

import io.stillstream.configuration.Durations;
import io.stillstream.monitoring.Progress;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.run.ForwardedShowing;
import io.stillstream.pipeline.run.RunDisplay;
import io.stillstream.pipeline.run.RunPhase;
import io.stillstream.pipeline.run.RunPlaces;
import io.stillstream.pipeline.terminal.LabelledLine;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Plays the {@link DemoStory} beside a run, and remembers what happened when. */
public final class DemoScript implements RunDisplay {

    private static final Logger LOG = LoggerFactory.getLogger(DemoScript.class);

    /** For what the story does when the demo ends. */
    private static final long LONGEST_END_MILLIS = 3_000;

    private static final int LABEL_WIDTH = 12;

    private final RunDisplay display;
    private final StillstreamConfig config;
    private final BadImport badImport;
    private final Runnable whenTold;
    private final List<Event> timeline = new CopyOnWriteArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private long started;
    private @Nullable DemoStory story;

    /** @param at since the start */
    private record Event(Duration at, String what) {}

    private DemoScript(RunDisplay display, StillstreamConfig config, BadImport badImport, Runnable whenTold) {
        this.display = display;
        this.config = config;
        this.badImport = badImport;
        this.whenTold = whenTold;
    }

    /**
     * @param display that the run is shown on
     * @param whenTold run once all of the story has happened
     */
    public static DemoScript of(RunDisplay display, StillstreamConfig config, BundledModels models, Runnable whenTold)
            throws IOException {
        return new DemoScript(
                display,
                config,
                BadImport.write(models.prompts(), config.dataDirectory().resolve("import.jsonl")),
                whenTold);
    }

    @Override
    public Showing start(Supplier<Progress> progress) {
        started = System.nanoTime();
        Showing shown = display.start(progress);
        return new ForwardedShowing(shown) {

            private String bootstrapServers = "";
            private Thread playing = new Thread(() -> {});

            @Override
            public void places(RunPlaces places) {
                bootstrapServers = places.bootstrapServers();
                shown.places(places);
            }

            @Override
            public void event(String line) {
                tell(shown, line);
            }

            @Override
            public void phase(RunPhase phase) {
                shown.phase(phase);
                if (phase == RunPhase.RUNNING) {
                    var begun = new DemoStory(
                            config,
                            badImport,
                            () -> progress.get().heldOutBitsPerByte(),
                            line -> tell(shown, line),
                            over);
                    story = begun;
                    playing = new Thread(() -> play(begun, bootstrapServers), "demo-script");
                    playing.setDaemon(true);
                    playing.start();
                }
            }

            @Override
            public void close() {
                over.countDown();
                awaitEnd(playing);
                shown.close();
            }
        };
    }

    private void tell(Showing shown, String event) {
        timeline.add(new Event(Duration.ofNanos(System.nanoTime() - started), event));
        shown.event(event);
    }

    /**
     * What happened, in its order, and what did not.
     *
     * @param lasted how long the run took
     */
    public void printTimeline(PrintStream out, Duration lasted) {
        if (!timeline.isEmpty()) {
            out.println();
        }
        String label = "timeline";
        for (Event event : timeline) {
            LabelledLine.print(
                    out,
                    LABEL_WIDTH,
                    label,
                    String.format(
                            Locale.ROOT,
                            "%d:%02d %s",
                            event.at().toMinutes(),
                            event.at().toSecondsPart(),
                            event.what()));
            label = "";
        }
        if (story != null) {
            story.awaited()
                    .ifPresent(awaited -> LabelledLine.print(
                            out,
                            LABEL_WIDTH,
                            "not seen",
                            awaited + ": the demo ended after "
                                    + Durations.format(Duration.ofSeconds(lasted.toSeconds()))
                                    + ", before it had come to that; --for gives it longer"));
        }
        out.flush();
    }

    private void play(DemoStory begun, String bootstrapServers) {
        try {
            begun.play(bootstrapServers);
            if (begun.awaited().isEmpty()) {
                whenTold.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            if (over.getCount() > 0) {
                LOG.warn("the demo's script ended early", e);
            }
        }
    }

    /** It is not interrupted: a Kafka client then fails while it is closed. */
    private static void awaitEnd(Thread playing) {
        try {
            playing.join(LONGEST_END_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

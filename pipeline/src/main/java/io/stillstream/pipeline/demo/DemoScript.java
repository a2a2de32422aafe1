package io.stillstream.pipeline.demo;

import io.stillstream.contract.rewind.Quarantine;
import io.stillstream.contract.rewind.RewindRequest;
import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.monitoring.Progress;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.run.ForwardedShowing;
import io.stillstream.pipeline.run.RunDisplay;
import io.stillstream.pipeline.run.RunPhase;
import io.stillstream.pipeline.run.RunPlaces;
import io.stillstream.pipeline.terminal.LabelledLine;
import io.stillstream.rollout.control.InputSender;
import io.stillstream.rollout.control.RolloutReader;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes wrong in the demo, and what somebody does about it: once a snapshot is champion, a bad import comes in; once a candidate
 * was rejected, the trainer is taken back and passes over the import.
 */
public final class DemoScript implements RunDisplay {

    private static final Logger LOG = LoggerFactory.getLogger(DemoScript.class);

    private static final long LOOK_MILLIS = 250;

    /** For what the script does when the demo ends. */
    private static final long LONGEST_END_MILLIS = 3_000;

    private static final int LABEL_WIDTH = 12;

    private final RunDisplay display;
    private final StillstreamConfig config;
    private final BadImport badImport;
    private final List<Event> timeline = new CopyOnWriteArrayList<>();
    private long started;
    private final CountDownLatch over = new CountDownLatch(1);

    /** @param at since the start */
    private record Event(Duration at, String what) {}

    private DemoScript(RunDisplay display, StillstreamConfig config, BadImport badImport) {
        this.display = display;
        this.config = config;
        this.badImport = badImport;
    }

    /** @param display that the run is shown on */
    public static DemoScript of(RunDisplay display, StillstreamConfig config, BundledModels models) throws IOException {
        return new DemoScript(
                display,
                config,
                BadImport.write(models.prompts(), config.dataDirectory().resolve("import.jsonl")));
    }

    @Override
    public Showing start(Supplier<Progress> progress) {
        started = System.nanoTime();
        Showing shown = display.start(progress);
        return new ForwardedShowing(shown) {

            private String bootstrapServers = "";
            private Thread script = new Thread(() -> {});

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
                    script = new Thread(() -> play(shown, bootstrapServers), "demo-script");
                    script.setDaemon(true);
                    script.start();
                }
            }

            @Override
            public void close() {
                over.countDown();
                awaitEnd(script);
                shown.close();
            }
        };
    }

    private void tell(Showing shown, String event) {
        timeline.add(new Event(Duration.ofNanos(System.nanoTime() - started), event));
        shown.event(event);
    }

    /** What happened, in its order. */
    public void printTimeline(PrintStream out) {
        if (timeline.isEmpty()) {
            return;
        }
        out.println();
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
        out.flush();
    }

    private void play(Showing shown, String bootstrapServers) {
        Map<String, Object> kafka = config.kafka().clientProperties(bootstrapServers);
        try (var rollout = new RolloutReader(kafka, config.topics().studentRollout());
                var inputs = new InputSender(kafka, config.topics().rolloutInputs())) {
            if (await(rollout, state -> state.champion() != null).isEmpty()) {
                return;
            }
            tell(
                    shown,
                    String.format(
                            Locale.ROOT,
                            "somebody imports %,d answers that are words in no order, of the tenant '%s'",
                            badImport.records(),
                            BadImport.TENANT));
            badImport.send(config, bootstrapServers);
            Optional<RolloutState> rejected =
                    await(rollout, state -> !state.rejected().isEmpty());
            if (rejected.isEmpty()) {
                return;
            }
            inputs.send(new RolloutInput.Command(
                    UUID.randomUUID().toString(),
                    RolloutVerb.REWIND,
                    "demo",
                    "the import did harm",
                    null,
                    false,
                    new RewindRequest("", new Quarantine.Tenant(BadImport.TENANT)),
                    rejected.get().revision(),
                    Instant.now()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            if (over.getCount() > 0) {
                LOG.warn("the demo's script ended early", e);
            }
        }
    }

    /** The state that was waited for; empty where the demo ended before. */
    private Optional<RolloutState> await(RolloutReader rollout, Predicate<RolloutState> condition)
            throws InterruptedException {
        do {
            RolloutState state = rollout.read().state();
            if (condition.test(state)) {
                return Optional.of(state);
            }
        } while (!over.await(LOOK_MILLIS, TimeUnit.MILLISECONDS));
        return Optional.empty();
    }

    /** It is not interrupted: a Kafka client then fails while it is closed. */
    private static void awaitEnd(Thread script) {
        try {
            script.join(LONGEST_END_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

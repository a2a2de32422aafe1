package io.stillstream.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.stillstream.console.http.ConsoleSite;
import io.stillstream.console.http.Readers;
import io.stillstream.console.http.RolloutCommands;
import io.stillstream.console.meters.Curves;
import io.stillstream.console.meters.Judgement;
import io.stillstream.console.meters.MeterReading;
import io.stillstream.console.meters.StageFigures;
import io.stillstream.contract.text.OneLine;
import io.stillstream.monitoring.DaemonThreads;
import io.stillstream.monitoring.Telemetry;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The console of a process, from its start to its end. It reads the meters once a second, and each section on a thread of its
 * own, so that one that waits holds up nothing else.
 */
public final class Console implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Console.class);

    private static final String PATH = "/console";
    private static final Duration TICK = Duration.ofSeconds(1);

    private final Telemetry telemetry;
    private final Clock clock;
    private final Readers readers = new Readers();
    private final ConsoleSite site;
    private final StageFigures stages;
    private final Curves curves = new Curves();
    private final ExecutorService threads = Executors.newCachedThreadPool(DaemonThreads.named("console"));
    private final Optional<URI> address;
    private volatile DoubleSupplier champion = () -> Double.NaN;

    private Console(ConsoleConfig config, Telemetry telemetry, String process, Clock clock) {
        this.telemetry = telemetry;
        this.clock = clock;
        this.stages = new StageFigures(process, clock.instant());
        this.site = new ConsoleSite(config.token(), readers);
        readers.keep("curves", curves::json);
        this.address = config.enabled() ? telemetry.serve(PATH, site) : Optional.empty();
    }

    /**
     * Serves the page until it is closed.
     *
     * @param process what runs, for the page's heading
     */
    public static Console start(ConsoleConfig config, Telemetry telemetry, String process) {
        Console console = new Console(config, telemetry, process, Clock.systemUTC());
        if (console.address.isPresent()) {
            console.repeat("meters", TICK, console::tick);
        }
        return console;
    }

    /** One whose meters are read when {@link #tick} is called, by that clock: for hours in minutes. */
    static Console still(ConsoleConfig config, Telemetry telemetry, String process, Clock clock) {
        return new Console(config, telemetry, process, clock);
    }

    /** Where it is; empty where it is not served. */
    public Optional<URI> address() {
        return address;
    }

    /** Shows a section from now on. */
    public void show(Section section) {
        if (address.isPresent()) {
            repeat(section.name(), section.every(), () -> read(section));
        }
    }

    /** Shows the held-out bits per byte of what serves, beside the student's own; NaN while nothing serves. */
    public void compareWith(DoubleSupplier championsBitsPerByte) {
        champion = championsBitsPerByte;
    }

    /** Lets whoever has the token command the rollout from now on. */
    public void command(RolloutCommands commands) {
        site.command(commands);
    }

    /** Shows texts to everybody on this machine: they can read the topics, too. */
    public void showTexts() {
        site.showTexts();
    }

    void tick() {
        MeterReading reading = MeterReading.of(telemetry.registry(), clock.instant());
        readers.publish("stages", stages.next(reading));
        readers.publish("letters", reading.deadLetters());
        readers.publish("judge", Judgement.of(reading));
        curves.add(reading, champion.getAsDouble()).forEach(readers::point);
    }

    private void read(Section section) {
        JsonNode node;
        try {
            node = section.reading().get();
        } catch (RuntimeException e) {
            LOG.debug("the console's section {} could not be read", section.name(), e);
            node = JsonNodeFactory.instance.objectNode().put("problem", OneLine.of(e.getMessage()));
        }
        if (section.confidential()) {
            site.texts(section.name(), node);
        } else {
            readers.publish(section.name(), node);
        }
    }

    private void repeat(String what, Duration every, Runnable task) {
        threads.execute(() -> {
            while (!threads.isShutdown()) {
                try {
                    task.run();
                    TimeUnit.NANOSECONDS.sleep(every.toNanos());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                } catch (RuntimeException e) {
                    LOG.warn("the console shows no {} any more", what, e);
                    return;
                }
            }
        });
    }

    @Override
    public void close() {
        telemetry.stopServing(PATH);
        threads.shutdownNow();
        readers.close();
    }
}

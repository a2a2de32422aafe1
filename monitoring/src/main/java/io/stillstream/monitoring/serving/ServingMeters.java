package io.stillstream.monitoring.serving;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.stillstream.monitoring.stage.Histograms;
import io.stillstream.monitoring.stage.Stage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What a server of the student reports. Thread-safe. */
public final class ServingMeters {

    private static final String REQUESTS = "stillstream.serving.requests";
    private static final String SWAPS = "stillstream.serving.swaps";

    private final Clock clock;
    private final Tags tags;
    private final Map<Outcome, Counter> requests = new EnumMap<>(Outcome.class);
    private final Timer firstToken;
    private final Timer duration;
    private final Counter promptTokens;
    private final Counter answerTokens;
    private final Counter swapped;
    private final Counter refusedSnapshots;
    private final Counter withdrawnSnapshots;
    private volatile Instant published;
    private volatile @Nullable Instant newestRecord;
    private volatile Supplier<Load> load = () -> new Load(0, 0, 0);

    /** How a request ended. */
    public enum Outcome {
        /** It was answered whole. */
        ANSWERED,
        /** It asked for what is not there, or was wrong: a status of 4xx, but for a full queue. */
        REFUSED,
        /** All slots were busy and the queue full, or no snapshot was there yet. */
        OVERLOADED,
        /** The caller closed its connection before the answer's end, or took too little of it. */
        CALLER_GONE,
        /** The student failed. */
        FAILED
    }

    /**
     * What an engine has to do.
     *
     * @param running requests in a slot
     * @param waiting requests that wait for one
     */
    public record Load(int running, int waiting, int slots) {}

    public ServingMeters(MeterRegistry registry, Clock clock, String follow) {
        this.tags = Stage.SERVING.tags().and("follow", follow);
        this.clock = clock;
        this.published = clock.instant();
        for (Outcome outcome : Outcome.values()) {
            requests.put(
                    outcome,
                    Counter.builder(REQUESTS)
                            .description("Requests to the student that have ended, by outcome")
                            .tags(tags)
                            .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        firstToken = Histograms.durations(
                        "stillstream.serving.first.token", "Time from a request to the first token of its answer")
                .tags(tags)
                .register(registry);
        duration = Histograms.durations(
                        "stillstream.serving.request", "Time from a request to the last token of its answer")
                .tags(tags)
                .register(registry);
        promptTokens = counter(
                registry, "stillstream.serving.prompt.tokens", "Tokens of prompts that were answered", "tokens");
        answerTokens =
                counter(registry, "stillstream.serving.answer.tokens", "Tokens that the student has written", "tokens");
        swapped = swaps(registry, "switched");
        refusedSnapshots = swaps(registry, "refused");
        withdrawnSnapshots = swaps(registry, "withdrawn");
        gauge(registry, "stillstream.serving.slots", "Requests that can be decoded at once", Load::slots);
        gauge(registry, "stillstream.serving.running.requests", "Requests that are being decoded", Load::running);
        gauge(registry, "stillstream.serving.waiting.requests", "Requests that wait for a slot", Load::waiting);
        Gauge.builder("stillstream.serving.snapshot.age", this, ServingMeters::snapshotAge)
                .description("Time since the snapshot that is served was published, or since start before the first")
                .baseUnit("seconds")
                .tags(tags)
                .register(registry);
        Gauge.builder("stillstream.serving.newest.record.age", this, ServingMeters::newestRecordAge)
                .description("Age of the newest record that the snapshot that is served was trained up to")
                .baseUnit("seconds")
                .tags(tags)
                .register(registry);
    }

    public void recordRequest(Outcome outcome) {
        Counter counter = requests.get(outcome);
        if (counter == null) {
            throw new IllegalStateException("no counter for " + outcome);
        }
        counter.increment();
    }

    public void recordFirstToken(Duration since) {
        firstToken.record(since);
    }

    /** A request was answered whole. */
    public void recordAnswer(Duration since, int prompt, int answer) {
        duration.record(since);
        promptTokens.increment(prompt);
        answerTokens.increment(answer);
        recordRequest(Outcome.ANSWERED);
    }

    /** @param switched whether new weights are served; otherwise they were refused and the old ones go on */
    public void recordSwap(boolean switched) {
        (switched ? swapped : refusedSnapshots).increment();
    }

    /** The rollout has taken the snapshot back that served, or its engine has failed, and none serves now. */
    public void recordWithdrawal() {
        withdrawnSnapshots.increment();
        newestRecord = null;
        load = () -> new Load(0, 0, 0);
    }

    /**
     * A snapshot serves from now on.
     *
     * @param newestRecordAt the timestamp of the newest record that it was trained up to; {@link Instant#EPOCH} where nothing says
     *     it
     */
    public void serving(Instant publishedAt, Instant newestRecordAt, Supplier<Load> itsLoad) {
        published = publishedAt;
        newestRecord = newestRecordAt.equals(Instant.EPOCH) ? null : newestRecordAt;
        load = itsLoad;
    }

    private double newestRecordAge() {
        Instant at = newestRecord;
        return at == null ? Double.NaN : Duration.between(at, clock.instant()).toMillis() / 1000.0;
    }

    private double snapshotAge() {
        return Duration.between(published, clock.instant()).toMillis() / 1000.0;
    }

    private void gauge(MeterRegistry registry, String name, String description, ToDoubleFunction<Load> value) {
        Gauge.builder(name, this, meters -> value.applyAsDouble(meters.load.get()))
                .description(description)
                .tags(tags)
                .register(registry);
    }

    private Counter counter(MeterRegistry registry, String name, String description, String unit) {
        return Counter.builder(name)
                .description(description)
                .baseUnit(unit)
                .tags(tags)
                .register(registry);
    }

    private Counter swaps(MeterRegistry registry, String outcome) {
        return Counter.builder(SWAPS)
                .description(
                        "Snapshots that took the place of another, were refused, or taken back, or failed, with none in their place")
                .tags(tags)
                .tag("outcome", outcome)
                .register(registry);
    }
}

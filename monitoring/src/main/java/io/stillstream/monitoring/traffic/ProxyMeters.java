package io.stillstream.monitoring.traffic;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.stillstream.monitoring.stage.Histograms;
import io.stillstream.monitoring.stage.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What the proxy reports. Upstreams are named as in the configuration. Thread-safe. */
public final class ProxyMeters {

    public static final String REQUESTS = "stillstream.proxy.requests";

    /** The upstream's label of calls that went to none. */
    private static final String NO_UPSTREAM = "none";

    private static final String UPSTREAM = "upstream";
    private static final String ARM = "arm";
    private static final double MILLIS = 1000;

    private final MeterRegistry registry;
    private final AtomicInteger open = new AtomicInteger();
    private final Timer overhead;
    private final Map<String, Timer> firstBytes = new ConcurrentHashMap<>();
    private final Map<String, Counter> requests = new ConcurrentHashMap<>();
    private final Map<String, Counter> elsewhere = new ConcurrentHashMap<>();

    private final Counter unknown;

    /** The registry holds what a function counts only weakly: it would stand still after the next collection. */
    private final List<LongSupplier> counted = new CopyOnWriteArrayList<>();

    private final Map<Shadow, Counter> shadows = new ConcurrentHashMap<>();

    /** What became of a copy of a call to a candidate. */
    public enum Shadow {
        ANSWERED,
        /** The candidate does not serve such calls. */
        DECLINED,
        FAILED,
        /** It was not sent, because there were too many already. */
        DROPPED
    }

    /** How a call ended. */
    public enum Outcome {
        /** The upstream's answer passed through whole, whatever it says: a status below 500. */
        ANSWERED,
        /** The upstream's answer passed through whole, with a status of 500 or above. */
        UPSTREAM_ERROR,
        /** The upstream could not be reached, or broke off. */
        UPSTREAM_FAILED,
        /** The upstream was silent for too long. */
        DEADLINE,
        /** The caller closed its connection before the answer's end. */
        CALLER_GONE,
        /** The proxy answered itself: a wrong token, or no upstream for the path or model. */
        REFUSED;

        private final String label = name().toLowerCase(Locale.ROOT);
    }

    public ProxyMeters(MeterRegistry registry) {
        this.registry = registry;
        overhead = Histograms.latencies(
                        "stillstream.proxy.overhead",
                        "Time that the proxy adds to a call until its answer begins, without the upstream's")
                .tags(Stage.PROXY.tags())
                .register(registry);
        unknown = Counter.builder("stillstream.proxy.rollout.unknown")
                .description("Calls that production answered because the rollout's state was not known, or too old")
                .tags(Stage.PROXY.tags())
                .register(registry);
        Gauge.builder("stillstream.proxy.open.requests", open, AtomicInteger::get)
                .description("Calls that have begun and not ended")
                .tags(Stage.PROXY.tags())
                .register(registry);
    }

    /** Shows how much memory the copies of open calls take. */
    public void copyBytes(LongSupplier used) {
        Gauge.builder("stillstream.proxy.copy", used, LongSupplier::getAsLong)
                .description("Memory of the copies of open calls")
                .baseUnit("bytes")
                .tags(Stage.PROXY.tags())
                .strongReference(true)
                .register(registry);
    }

    /**
     * Shows what is known of the rollout.
     *
     * @param unconfirmed for how long no broker has said that its state is the newest
     * @param unreadable how many states could not be read
     */
    public void rollout(Supplier<Duration> unconfirmed, LongSupplier unreadable) {
        counted.add(unreadable);
        Gauge.builder("stillstream.proxy.rollout.age", () -> unconfirmed.get().toMillis() / MILLIS)
                .description("Time since a broker said that the rollout's state, as it is known, is the newest")
                .baseUnit("seconds")
                .tags(Stage.PROXY.tags())
                .strongReference(true)
                .register(registry);
        FunctionCounter.builder("stillstream.proxy.rollout.unreadable", unreadable, LongSupplier::getAsLong)
                .description("States of the rollout that could not be read")
                .tags(Stage.PROXY.tags())
                .register(registry);
    }

    /** A call goes to production because the rollout's state is not known, or too old. */
    public void rolloutUnknown() {
        unknown.increment();
    }

    /** A copy of a call to a candidate has ended. */
    public void shadow(Shadow outcome) {
        shadows.computeIfAbsent(
                        outcome,
                        key -> Counter.builder("stillstream.proxy.shadow.requests")
                                .description("Copies of calls to a candidate, by what became of them")
                                .tags(Stage.PROXY.tags())
                                .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                                .register(registry))
                .increment();
    }

    /** How many calls are open. */
    public int open() {
        return open.get();
    }

    /** A call has begun. */
    public void opened() {
        open.incrementAndGet();
    }

    /** The answer has begun. */
    public void answered(String upstream, Duration added, Duration firstByte) {
        overhead.record(added);
        firstBytes.computeIfAbsent(upstream, this::firstByteTimer).record(firstByte);
    }

    /** A call has ended. */
    public void closed(String upstream, String arm, Outcome outcome) {
        open.decrementAndGet();
        count(upstream, arm, outcome);
    }

    /**
     * An arm of the rollout did not answer a call, and the next one is asked.
     *
     * @param declined whether it said that it does not serve such calls; otherwise it failed
     */
    public void askedElsewhere(String arm, boolean declined) {
        elsewhere
                .computeIfAbsent(
                        arm + " " + declined,
                        key -> Counter.builder("stillstream.proxy.asked.elsewhere")
                                .description(
                                        "Calls that an arm of the rollout did not answer, so that the next one was asked")
                                .tags(Stage.PROXY.tags())
                                .tag(ARM, arm)
                                .tag("reason", declined ? "declined" : "failed")
                                .register(registry))
                .increment();
    }

    /** A call that began ends without an upstream; {@link #refused} counts it. */
    public void closed() {
        open.decrementAndGet();
    }

    /** The proxy answered a call itself. */
    public void refused() {
        count(NO_UPSTREAM, NO_UPSTREAM, Outcome.REFUSED);
    }

    private void count(String upstream, String arm, Outcome outcome) {
        requests.computeIfAbsent(upstream + " " + arm + " " + outcome.label, key -> counter(upstream, arm, outcome))
                .increment();
    }

    private Counter counter(String upstream, String arm, Outcome outcome) {
        return Counter.builder(REQUESTS)
                .description("Calls that have ended, by upstream, arm of the rollout and outcome")
                .tags(Stage.PROXY.tags())
                .tag(UPSTREAM, upstream)
                .tag(ARM, arm)
                .tag("outcome", outcome.label)
                .register(registry);
    }

    private Timer firstByteTimer(String upstream) {
        return Histograms.durations("stillstream.proxy.first.byte", "Time from a call to the first byte of its answer")
                .tags(Stage.PROXY.tags())
                .tag(UPSTREAM, upstream)
                .register(registry);
    }
}

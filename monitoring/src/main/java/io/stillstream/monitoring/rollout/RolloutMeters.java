package io.stillstream.monitoring.rollout;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.stillstream.contract.rollout.RolloutPhase;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutStep;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.monitoring.stage.Stage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the controller of a rollout reports. Nothing is known of the rollout before {@link #show}. Thread-safe. */
public final class RolloutMeters {

    private static final Tags TAGS = Tags.of("stage", Stage.ROLLOUT.label());

    /** A snapshot's id begins with the number of its last step. */
    private static final Pattern STEP = Pattern.compile("(\\d{10})-.*");

    private final MeterRegistry registry;
    private final Clock clock;
    private volatile @Nullable Shown shown;

    /** What a server was found to serve. */
    public enum ProbeOutcome {
        /** What it is to serve. */
        RIGHT,
        /** Something else. */
        WRONG,
        /** Nothing: it could not be asked in time, or does not serve yet. */
        AWAY
    }

    private record Shown(
            RolloutState state, int pending, @Nullable Instant heartbeat) {}

    /** @param registry of a {@link io.stillstream.monitoring.Telemetry} */
    public RolloutMeters(MeterRegistry registry, Clock clock) {
        this.registry = registry;
        this.clock = clock;
        for (RolloutPhase phase : RolloutPhase.values()) {
            gauge(
                    "stillstream.rollout.phase",
                    "1 of the phase that the rollout is in, 0 of the others",
                    Tags.of("phase", phase.label()),
                    at -> at.state().phase() == phase ? 1 : 0);
        }
        for (RolloutStep.Kind kind : RolloutStep.Kind.values()) {
            gauge(
                    "stillstream.rollout.step",
                    "1 of the kind of step that the candidate is at, 0 of the others; all 0 without a candidate",
                    Tags.of("kind", kind.name().toLowerCase(Locale.ROOT)),
                    at -> kind(at.state()) == kind ? 1 : 0);
        }
        gauge(
                "stillstream.rollout.share",
                "Share of the conversations that the candidate serves",
                Tags.empty(),
                at -> (double) at.state().buckets() / RolloutStep.ALL);
        gauge(
                "stillstream.rollout.snapshot.step",
                "Optimizer steps of the snapshot that is champion, or candidate; NaN where there is none",
                Tags.of("role", "champion"),
                at -> step(at.state().champion()));
        gauge(
                "stillstream.rollout.snapshot.step",
                "Optimizer steps of the snapshot that is champion, or candidate; NaN where there is none",
                Tags.of("role", "candidate"),
                at -> step(at.state().candidate()));
        gauge(
                "stillstream.rollout.rejected.snapshots",
                "Snapshots that are never served again",
                Tags.empty(),
                at -> at.state().rejected().size());
        gauge(
                "stillstream.rollout.pending.deliveries",
                "Transitions of which somebody has yet to be told",
                Tags.empty(),
                at -> at.pending());
        deliveriesGivenUp();
        Gauge.builder("stillstream.rollout.heartbeat.age", this, RolloutMeters::heartbeatAge)
                .description("Time since a controller of the rollout last gave a sign of life")
                .baseUnit("seconds")
                .tags(TAGS)
                .register(registry);
        for (RolloutVerb verb : RolloutVerb.values()) {
            decisions(verb, false);
            decisions(verb, true);
        }
        for (ProbeOutcome outcome : ProbeOutcome.values()) {
            probes("champion", outcome);
            probes("candidate", outcome);
        }
    }

    /** @param heartbeat of the controller; null where there never was one */
    public void show(RolloutState state, int pendingDeliveries, @Nullable Instant heartbeat) {
        shown = new Shown(state, pendingDeliveries, heartbeat);
    }

    /** A decision was made since this process watches. */
    public void recordDecision(RolloutVerb verb, boolean refused) {
        decisions(verb, refused).increment();
    }

    /**
     * A server was asked whether it serves the right snapshot.
     *
     * @param role champion or candidate
     */
    public void recordProbe(String role, ProbeOutcome outcome) {
        probes(role, outcome).increment();
    }

    /** Somebody could not be told of a transition, and is not told any more. */
    public void recordDeliveryGivenUp() {
        deliveriesGivenUp().increment();
    }

    private Counter deliveriesGivenUp() {
        return Counter.builder("stillstream.rollout.deliveries.given.up")
                .description("Transitions of which somebody was not told, after all attempts")
                .tags(TAGS)
                .register(registry);
    }

    private Counter probes(String role, ProbeOutcome outcome) {
        return Counter.builder("stillstream.rollout.probes")
                .description("Servers that were asked after a transition whether they serve the right snapshot")
                .tags(TAGS.and("role", role, "outcome", outcome.name().toLowerCase(Locale.ROOT)))
                .register(registry);
    }

    private Counter decisions(RolloutVerb verb, boolean refused) {
        return Counter.builder("stillstream.rollout.decisions")
                .description("Decisions of the rollout since this process watches it")
                .tags(TAGS.and("verb", verb.label(), "outcome", refused ? "refused" : "taken"))
                .register(registry);
    }

    private double heartbeatAge() {
        Shown now = shown;
        Instant at = now == null ? null : now.heartbeat();
        return at == null ? Double.NaN : Duration.between(at, clock.instant()).toMillis() / 1e3;
    }

    private void gauge(String name, String description, Tags tags, ToDoubleFunction<Shown> value) {
        Gauge.builder(name, this, meters -> {
                    Shown now = meters.shown;
                    return now == null ? Double.NaN : value.applyAsDouble(now);
                })
                .description(description)
                .tags(TAGS.and(tags))
                .register(registry);
    }

    private static RolloutStep.@Nullable Kind kind(RolloutState state) {
        return state.candidate() == null
                ? null
                : state.steps().get(state.step()).kind();
    }

    private static double step(@Nullable SnapshotReference snapshot) {
        Matcher matcher = STEP.matcher(snapshot == null ? "" : snapshot.id());
        return matcher.matches() ? Double.parseDouble(matcher.group(1)) : Double.NaN;
    }
}

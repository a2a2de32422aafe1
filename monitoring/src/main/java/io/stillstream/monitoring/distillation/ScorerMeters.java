package io.stillstream.monitoring.distillation;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.monitoring.stage.ConsumerLag;
import io.stillstream.monitoring.stage.DeadLetterCounters;
import io.stillstream.monitoring.stage.Histograms;
import io.stillstream.monitoring.stage.Stage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/** What the teacher-scorer reports. Thread-safe. */
public final class ScorerMeters {

    public static final String SCORED_TOKENS = "stillstream.scored.tokens";
    public static final String SCORED_PROMPTS = "stillstream.scored.prompts";
    public static final String GENERATED_TOKENS = "stillstream.generated.tokens";
    public static final String BUFFERED_PROMPTS = "stillstream.buffered.prompts";

    static final String DROPPED_TURNS = "stillstream.template.dropped.turns";

    /** A role is the sender's: not every one may become a label. */
    private static final Set<String> KNOWN_ROLES = Set.of("system", "developer", "user", "tool");

    private static final String OTHER_ROLE = "other";

    private final MeterRegistry registry;
    private final Counter prompts;
    private final Counter scoredTokens;
    private final Counter generatedTokens;
    private final Timer scoring;
    private final Timer generation;
    private final BatchMeters batches;
    private final RecordAge freshness;
    private final SettableGauge buffered;
    private final ConsumerLag lag;
    private final DeadLetterCounters deadLetters;

    public ScorerMeters(MeterRegistry registry, Clock clock) {
        this.registry = registry;
        prompts = counter(registry, SCORED_PROMPTS, "Prompts whose response the teacher has scored", "prompts");
        scoredTokens = counter(registry, SCORED_TOKENS, "Response tokens the teacher has scored", "tokens");
        generatedTokens = counter(registry, GENERATED_TOKENS, "Response tokens the teacher has generated", "tokens");
        scoring = Histograms.durations("stillstream.scoring", "Time the teacher takes to score a batch")
                .tags(Stage.SCORER.tags())
                .register(registry);
        generation = Histograms.durations(
                        "stillstream.generation", "Time the teacher takes to generate a batch's missing responses")
                .tags(Stage.SCORER.tags())
                .register(registry);
        batches = new BatchMeters(registry, Stage.SCORER);
        freshness = new RecordAge(registry, Stage.SCORER, clock);
        buffered = SettableGauge.register(
                registry,
                BUFFERED_PROMPTS,
                "Prompts buffered in the state store until they fill a batch",
                "prompts",
                Stage.SCORER.tags(),
                0);
        lag = new ConsumerLag(registry, Stage.SCORER);
        deadLetters = new DeadLetterCounters(registry, Stage.SCORER);
    }

    /**
     * One run of the teacher over a batch.
     *
     * @param responseTokens the tokens that were scored
     * @param batchTokens all tokens of the batch: prompts included, padding excluded
     */
    public void recordScoring(Duration elapsed, int sequences, int responseTokens, int batchTokens) {
        scoring.record(elapsed);
        prompts.increment(sequences);
        scoredTokens.increment(responseTokens);
        batches.record(sequences, batchTokens);
    }

    /** The teacher generated responses for prompts that came without one. */
    public void recordGeneration(Duration elapsed, int tokens) {
        generation.record(elapsed);
        generatedTokens.increment(tokens);
    }

    /** A prompt's targets were sent. */
    public void recordFreshness(Instant createdAt) {
        freshness.record(createdAt);
    }

    public void recordBuffered(int count) {
        buffered.set(count);
    }

    public void recordDeadLetter(RejectionCode code) {
        deadLetters.increment(code);
    }

    /**
     * The teacher's chat template left out a turn of this role.
     *
     * @return what it is counted as: the role if it is a usual one, or else {@code other}
     */
    public String recordDroppedTurn(String role) {
        String label = KNOWN_ROLES.contains(role) ? role : OTHER_ROLE;
        Counter.builder(DROPPED_TURNS)
                .description("Turns of chats that the teacher's chat template leaves out")
                .baseUnit("turns")
                .tags(Stage.SCORER.tags())
                .tag("role", label)
                .register(registry)
                .increment();
        return label;
    }

    public ConsumerLag lag() {
        return lag;
    }

    private static Counter counter(MeterRegistry registry, String name, String description, String unit) {
        return Counter.builder(name)
                .description(description)
                .baseUnit(unit)
                .tags(Stage.SCORER.tags())
                .register(registry);
    }
}

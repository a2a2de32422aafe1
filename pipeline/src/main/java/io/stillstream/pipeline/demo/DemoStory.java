package io.stillstream.pipeline.demo;

import io.stillstream.contract.rewind.Quarantine;
import io.stillstream.contract.rewind.RewindAnswer;
import io.stillstream.contract.rewind.RewindRequest;
import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.production.RewindWords;
import io.stillstream.rollout.control.InputSender;
import io.stillstream.rollout.control.RewindReader;
import io.stillstream.rollout.control.RewindReader.Rewinding;
import io.stillstream.rollout.control.RolloutReader;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * What goes wrong in the demo, and what somebody does about it: once a snapshot is champion, a bad import comes in; once a candidate
 * that learned from it was rejected, the trainer is taken back and passes over the import; and it has ended once held-out loss is what it was. Each step
 * waits for the one before, however long that takes.
 */
final class DemoStory {

    private static final long LOOK_MILLIS = 250;

    /** Bits per byte: held-out loss goes up and down by about as much from one evaluation to the next. */
    private static final double AS_GOOD = 0.02;

    private final StillstreamConfig config;
    private final BadImport badImport;
    private final DoubleSupplier heldOut;
    private final Consumer<String> events;
    private final CountDownLatch over;
    private double worst = Double.NEGATIVE_INFINITY;
    private volatile String awaited = "the first snapshot's promotion";
    private volatile boolean told;

    /**
     * @param heldOut bits per byte at the last evaluation
     * @param events gets a sentence for whatever the rollout does not tell itself
     * @param over counted down when the demo ends
     */
    DemoStory(
            StillstreamConfig config,
            BadImport badImport,
            DoubleSupplier heldOut,
            Consumer<String> events,
            CountDownLatch over) {
        this.config = config;
        this.badImport = badImport;
        this.heldOut = heldOut;
        this.events = events;
        this.over = over;
    }

    /** What it was waiting for when the demo ended; empty where all of it was told. */
    Optional<String> awaited() {
        return told ? Optional.empty() : Optional.of(awaited);
    }

    /** Returns when it has ended, or the demo has. */
    void play(String bootstrapServers) throws InterruptedException {
        Map<String, Object> kafka = config.kafka().clientProperties(bootstrapServers);
        try (var rollout = new RolloutReader(kafka, config.topics().studentRollout());
                var rewinds = new RewindReader(kafka, config.topics().trainingControl());
                var inputs = new InputSender(kafka, config.topics().rolloutInputs())) {
            told = play(rollout, rewinds, inputs, bootstrapServers);
        }
    }

    private boolean play(RolloutReader rollout, RewindReader rewinds, InputSender inputs, String bootstrapServers)
            throws InterruptedException {
        Optional<RolloutState> promoted = await(() -> Optional.of(rollout.read().state())
                .filter(state -> state.champion() != null && !Double.isNaN(heldOut.getAsDouble())));
        // The promotion is told by who looks as often: it comes before what follows from it.
        if (promoted.isEmpty() || over.await(2 * LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            return false;
        }
        double before = heldOut.getAsDouble();
        tell(
                "somebody imports %,d answers that are words in no order, of the tenant '%s'; held-out loss is %.3f bits/byte",
                badImport.records(), BadImport.TENANT, before);
        worst = before;
        awaited = "the rejection of a snapshot that learned from the import";
        badImport.send(config, bootstrapServers);
        Set<String> others = new HashSet<>(promoted.get().rejected());
        Optional<RolloutState> rejected = await(() -> Optional.of(rollout.read().state())
                .filter(state -> state.rejected().stream()
                        .anyMatch(hash -> others.add(hash)
                                && badImport.wasLearnedBy(hash, state.champion(), config, bootstrapServers))));
        if (rejected.isEmpty()) {
            return false;
        }
        awaited = "the trainer's way back";
        inputs.send(rewind(rejected.get()));
        Optional<RewindAnswer> answer = await(() -> answer(rewinds.read()));
        if (answer.isEmpty()) {
            return false;
        }
        tellOf(answer.get());
        awaited = String.format(Locale.ROOT, "a held-out loss of %.3f bits/byte again, as before the import", before);
        Optional<Double> back = await(() -> Optional.of(heldOut.getAsDouble()).filter(now -> now <= before + AS_GOOD));
        if (back.isEmpty()) {
            return false;
        }
        tell(
                "held-out loss is back at %.3f bits/byte; it was %.3f when the import began, and %.3f at its worst",
                back.get(), before, worst);
        return true;
    }

    private static RolloutInput rewind(RolloutState state) {
        return new RolloutInput.Command(
                UUID.randomUUID().toString(),
                RolloutVerb.REWIND,
                "demo",
                "the import did harm",
                null,
                false,
                new RewindRequest("", new Quarantine.Tenant(BadImport.TENANT)),
                state.revision(),
                Instant.now());
    }

    private static Optional<RewindAnswer> answer(List<Rewinding> rewindings) {
        return rewindings.stream()
                .flatMap(rewinding -> RewindWords.answer(rewinding).stream())
                .findFirst();
    }

    private void tellOf(RewindAnswer answer) {
        if (answer.isRefused()) {
            tell("the trainer refuses: %s", answer.refusal());
        } else {
            tell(
                    "the trainer is back at step %,d: %,d steps are undone, with the %,d records of the import in them",
                    answer.step(), answer.abandonedSteps(), answer.records());
        }
    }

    private void tell(String format, Object... figures) {
        events.accept(String.format(Locale.ROOT, format, figures));
    }

    /** What was waited for; empty where the demo ended before. */
    private <T> Optional<T> await(Supplier<Optional<T>> look) throws InterruptedException {
        do {
            // NaN, before the first evaluation, is no loss.
            worst = heldOut.getAsDouble() > worst ? heldOut.getAsDouble() : worst;
            Optional<T> found = look.get();
            if (found.isPresent()) {
                return found;
            }
        } while (!over.await(LOOK_MILLIS, TimeUnit.MILLISECONDS));
        return Optional.empty();
    }
}

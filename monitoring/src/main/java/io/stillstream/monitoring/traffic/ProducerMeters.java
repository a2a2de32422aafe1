package io.stillstream.monitoring.traffic;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.monitoring.stage.DeadLetterCounters;
import io.stillstream.monitoring.stage.Histograms;
import io.stillstream.monitoring.stage.Stage;
import java.time.Duration;

/** What the producer reports. Thread-safe. */
public final class ProducerMeters {

    public static final String SENT_PROMPTS = "stillstream.sent.prompts";

    public static final String SPLIT = "split";
    public static final String HELD_OUT = "held_out";

    private final Counter trainPrompts;
    private final Counter heldOutPrompts;
    private final Counter acceptedLines;
    private final Counter rejectedLines;
    private final Counter failures;
    private final Timer sendTime;
    private final DeadLetterCounters deadLetters;

    public ProducerMeters(MeterRegistry registry) {
        trainPrompts = prompts(registry, "train");
        heldOutPrompts = prompts(registry, HELD_OUT);
        acceptedLines = lines(registry, "accepted");
        rejectedLines = lines(registry, "rejected");
        failures = Counter.builder("stillstream.send.failures")
                .description("Prompts that the broker did not acknowledge within the delivery timeout")
                .baseUnit("failures")
                .tags(Stage.PRODUCER.tags())
                .register(registry);
        sendTime = Histograms.durations(
                        "stillstream.send", "Time from sending a prompt to the broker's acknowledgement")
                .tags(Stage.PRODUCER.tags())
                .register(registry);
        deadLetters = new DeadLetterCounters(registry, Stage.PRODUCER);
    }

    /** The broker has acknowledged the prompt. */
    public void recordSent(boolean heldOut, Duration elapsed) {
        (heldOut ? heldOutPrompts : trainPrompts).increment();
        sendTime.record(elapsed);
    }

    public void recordSendFailure() {
        failures.increment();
    }

    /** A line of the source became a prompt. */
    public void recordAcceptedLine() {
        acceptedLines.increment();
    }

    /** A line of the source was rejected. */
    public void recordDeadLetter(RejectionCode code) {
        rejectedLines.increment();
        deadLetters.increment(code);
    }

    private static Counter prompts(MeterRegistry registry, String split) {
        return Counter.builder(SENT_PROMPTS)
                .description("Prompts that the broker has acknowledged")
                .baseUnit("prompts")
                .tags(Stage.PRODUCER.tags())
                .tag(SPLIT, split)
                .register(registry);
    }

    private static Counter lines(MeterRegistry registry, String outcome) {
        return Counter.builder("stillstream.source.lines")
                .description("Lines read from the source: accepted as a prompt or rejected as a dead letter")
                .baseUnit("lines")
                .tags(Stage.PRODUCER.tags())
                .tag("outcome", outcome)
                .register(registry);
    }
}

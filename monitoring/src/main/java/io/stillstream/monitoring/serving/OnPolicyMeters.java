package io.stillstream.monitoring.serving;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.stillstream.monitoring.stage.Stage;
import java.util.concurrent.atomic.AtomicLong;

/** What a student reports of the prompts that it answers to learn from. Thread-safe. */
public final class OnPolicyMeters {

    private static final String PROMPTS = "stillstream.serving.on.policy.prompts";

    private final Counter answered;
    private final Counter passedOver;
    private final AtomicLong lag = new AtomicLong();

    public OnPolicyMeters(MeterRegistry registry, String follow) {
        Tags tags = Stage.SERVING.tags().and("follow", follow);
        answered = prompts(registry, tags, "answered");
        passedOver = prompts(registry, tags, "passed_over");
        Gauge.builder("stillstream.serving.on.policy.lag", lag, AtomicLong::get)
                .description("Prompts that are still to be looked at by the student that answers a share of them")
                .baseUnit("records")
                .tags(tags)
                .register(registry);
    }

    public void recordAnswered(int answers) {
        answered.increment(answers);
    }

    /** Of the share, and not answered: it does not fit the context window, its answer has no text, or the student failed. */
    public void recordPassedOver() {
        passedOver.increment();
    }

    /** How many records there are to read. */
    public void showLag(long records) {
        lag.set(records);
    }

    private static Counter prompts(MeterRegistry registry, Tags tags, String outcome) {
        return Counter.builder(PROMPTS)
                .description("Prompts of the share that the student answers to learn from, by outcome")
                .tags(tags)
                .tag("outcome", outcome)
                .register(registry);
    }
}

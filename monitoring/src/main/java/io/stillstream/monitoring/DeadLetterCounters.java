package io.stillstream.monitoring;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.stillstream.contract.RejectionCode;
import java.util.EnumMap;
import java.util.Map;

/** One counter per reason, all there from the start so that an increase is seen from the first letter on. */
final class DeadLetterCounters {

    static final String NAME = "stillstream.dead.letters";

    private final Map<RejectionCode, Counter> counters = new EnumMap<>(RejectionCode.class);

    DeadLetterCounters(MeterRegistry registry, Stage stage) {
        for (RejectionCode reason : RejectionCode.values()) {
            Counter counter = Counter.builder(NAME)
                    .description("Records set aside on the dead-letters topic")
                    .baseUnit("letters")
                    .tags(stage.tags())
                    .tag("reason", reason.label())
                    .register(registry);
            counters.put(reason, counter);
        }
    }

    void increment(RejectionCode reason) {
        Counter counter = counters.get(reason);
        if (counter == null) {
            throw new IllegalStateException("no counter for " + reason);
        }
        counter.increment();
    }
}

package io.stillstream.monitoring.stage;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.stillstream.contract.rejection.RejectionCode;
import java.util.EnumMap;
import java.util.Map;

/** One counter for each code, all registered from the start so that the first rejection shows as an increase. */
public final class DeadLetterCounters {

    public static final String NAME = "stillstream.dead.letters";

    private final Map<RejectionCode, Counter> counters = new EnumMap<>(RejectionCode.class);

    public DeadLetterCounters(MeterRegistry registry, Stage stage) {
        for (RejectionCode code : RejectionCode.values()) {
            Counter counter = Counter.builder(NAME)
                    .description("Records rejected and sent to the dead-letters topic")
                    .baseUnit("letters")
                    .tags(stage.tags())
                    .tag("reason", code.label())
                    .register(registry);
            counters.put(code, counter);
        }
    }

    public void increment(RejectionCode code) {
        Counter counter = counters.get(code);
        if (counter == null) {
            throw new IllegalStateException("no counter for " + code);
        }
        counter.increment();
    }
}

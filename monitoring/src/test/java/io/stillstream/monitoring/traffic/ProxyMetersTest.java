package io.stillstream.monitoring.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ProxyMetersTest {

    @Test
    void rollout_afterACollection_countsOn() {
        var registry = new SimpleMeterRegistry();
        var meters = new ProxyMeters(registry);
        var unreadable = new AtomicLong();
        meters.rollout(() -> Duration.ZERO, unreadable::get);
        var garbage = new WeakReference<>(new Object());
        while (garbage.get() != null) {
            System.gc();
        }
        unreadable.set(3);
        assertThat(registry.get("stillstream.proxy.rollout.unreadable")
                        .functionCounter()
                        .count())
                .isEqualTo(3);
        // The proxy holds its meters for as long as it runs.
        meters.rolloutUnknown();
    }
}

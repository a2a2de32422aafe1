package io.stillstream.producer.capture;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which keys were seen in the last while, and no more than so many of them. Thread-safe. */
final class RecentKeys {

    private final Duration window;
    private final int most;
    private final Clock clock;
    /** In the order of their times. */
    private final Map<String, Instant> seen = new LinkedHashMap<>();

    RecentKeys(Duration window, int most, Clock clock) {
        this.window = window;
        this.most = most;
        this.clock = clock;
    }

    /** Whether the key is new; it is remembered either way, from its first time. */
    synchronized boolean add(String key) {
        forget();
        return window.isZero() || seen.putIfAbsent(key, clock.instant()) == null;
    }

    /** Remembers the key from now on. */
    synchronized void renew(String key) {
        forget();
        seen.remove(key);
        seen.put(key, clock.instant());
    }

    synchronized boolean contains(String key) {
        forget();
        return seen.containsKey(key);
    }

    synchronized void remove(String key) {
        seen.remove(key);
    }

    private void forget() {
        Instant oldest = clock.instant().minus(window);
        for (Iterator<Instant> times = seen.values().iterator(); times.hasNext(); ) {
            boolean old = times.next().isBefore(oldest);
            if (!old && seen.size() < most) {
                return;
            }
            times.remove();
        }
    }
}

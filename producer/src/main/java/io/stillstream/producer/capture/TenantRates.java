package io.stillstream.producer.capture;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/** Counts the prompts of each tenant in a minute of the clock. Thread-safe. */
final class TenantRates {

    /** Tenants beyond it share one count, so that nobody can fill the memory with names. */
    private static final int MOST_TENANTS = 10_000;

    private static final String OTHERS = "";
    private static final int MINUTE_SECONDS = 60;

    private final int perMinute;
    private final Clock clock;
    private final Map<String, Integer> counts = new HashMap<>();
    private long minute;

    /** @param perMinute 0 for no cap */
    TenantRates(int perMinute, Clock clock) {
        this.perMinute = perMinute;
        this.clock = clock;
    }

    /** Whether the tenant may have another prompt now. */
    synchronized boolean admits(String tenant) {
        return perMinute == 0 || counts().getOrDefault(name(tenant), 0) < perMinute;
    }

    /** Counts prompts; false, and nothing is counted, where the tenant may have none now. */
    synchronized boolean take(String tenant, int prompts) {
        if (!admits(tenant)) {
            return false;
        }
        if (perMinute > 0) {
            counts.merge(name(tenant), prompts, Integer::sum);
        }
        return true;
    }

    private Map<String, Integer> counts() {
        long now = clock.instant().getEpochSecond() / MINUTE_SECONDS;
        if (now != minute) {
            counts.clear();
            minute = now;
        }
        return counts;
    }

    private String name(String tenant) {
        return counts.size() < MOST_TENANTS || counts.containsKey(tenant) ? tenant : OTHERS;
    }
}

package io.stillstream.monitoring;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The checks that the stages of this process registered by name. A process is live unless a check fails, and ready once
 * there is a check and all pass: before the first stage has registered, nothing is ready.
 *
 * <p>Checks run on the endpoint's one thread each time it is asked; they must be thread-safe and quick. A check that throws
 * has failed.
 */
public final class Health {

    private final Map<String, Supplier<HealthCheck>> live = new ConcurrentHashMap<>();
    private final Map<String, Supplier<HealthCheck>> ready = new ConcurrentHashMap<>();
    private final Map<String, Supplier<HealthCheck>> needed = new ConcurrentHashMap<>();

    /** Registers a check that fails when only a restart can help: a dead thread, a stream in its error state. */
    public void live(String name, Supplier<HealthCheck> check) {
        live.put(name, check);
    }

    /** Registers a check that fails while the stage cannot work: no broker, no model loaded yet. */
    public void ready(String name, Supplier<HealthCheck> check) {
        ready.put(name, check);
    }

    /** Registers a check of what every stage needs to work, and which does no work itself: the brokers. */
    public void needs(String name, Supplier<HealthCheck> check) {
        needed.put(name, check);
    }

    Report liveness() {
        Map<String, HealthCheck> checks = run(live);
        return new Report(allPassed(checks), checks);
    }

    Report readiness() {
        Map<String, HealthCheck> checks = run(ready);
        boolean begun = !checks.isEmpty();
        checks.putAll(run(needed));
        return new Report(begun && allPassed(checks), checks);
    }

    private static boolean allPassed(Map<String, HealthCheck> checks) {
        return checks.values().stream().allMatch(HealthCheck::passed);
    }

    private static Map<String, HealthCheck> run(Map<String, Supplier<HealthCheck>> suppliers) {
        Map<String, HealthCheck> checks = new TreeMap<>();
        suppliers.forEach((name, supplier) -> checks.put(name, run(supplier)));
        return checks;
    }

    private static HealthCheck run(Supplier<HealthCheck> supplier) {
        try {
            return supplier.get();
        } catch (RuntimeException e) {
            return HealthCheck.failed(e.toString());
        }
    }

    /** Whether all checks passed, and each check, sorted by name. */
    record Report(boolean passed, Map<String, HealthCheck> checks) {}
}

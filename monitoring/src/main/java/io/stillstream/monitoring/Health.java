package io.stillstream.monitoring;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The checks that the stages of this process registered by name. A process is live unless a check fails, and ready once
 * there is a check and all pass: before the first stage has registered, nothing is ready.
 *
 * <p>Checks run on the endpoint's threads each time it is asked; they must be thread-safe and quick. A check that throws
 * has failed.
 */
public final class Health {

    private final Map<String, Supplier<Check>> live = new ConcurrentHashMap<>();
    private final Map<String, Supplier<Check>> ready = new ConcurrentHashMap<>();

    /** Fails when only a restart can help: a dead thread, a stream in its error state. */
    public void live(String name, Supplier<Check> check) {
        live.put(name, check);
    }

    /** Fails while work cannot be taken on: no broker, no model loaded yet. */
    public void ready(String name, Supplier<Check> check) {
        ready.put(name, check);
    }

    Report liveness() {
        Map<String, Check> checks = run(live);
        return new Report(allPassed(checks), checks);
    }

    Report readiness() {
        Map<String, Check> checks = run(ready);
        return new Report(!checks.isEmpty() && allPassed(checks), checks);
    }

    private static boolean allPassed(Map<String, Check> checks) {
        return checks.values().stream().allMatch(Check::passed);
    }

    private static Map<String, Check> run(Map<String, Supplier<Check>> suppliers) {
        Map<String, Check> checks = new TreeMap<>();
        suppliers.forEach((name, supplier) -> checks.put(name, run(supplier)));
        return checks;
    }

    private static Check run(Supplier<Check> supplier) {
        try {
            return supplier.get();
        } catch (RuntimeException e) {
            return Check.failed(e.toString());
        }
    }

    /** The verdict and, sorted by name, what it rests on. */
    record Report(boolean passed, Map<String, Check> checks) {}
}

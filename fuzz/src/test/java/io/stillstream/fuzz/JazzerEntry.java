package io.stillstream.fuzz;

/** What Jazzer calls, in a process of its own for each target. */
public final class JazzerEntry {

    static final String TARGET = "stillstream.fuzz.target";

    private static final FuzzTarget CHOSEN = FuzzTargets.named(System.getProperty(TARGET, ""));

    private JazzerEntry() {}

    /** Loads what reading needs before the fuzzer's time begins. */
    public static void fuzzerInitialize() {
        CHOSEN.seeds().forEach(seed -> CHOSEN.promise().hold(CHOSEN, seed));
    }

    public static void fuzzerTestOneInput(byte[] input) {
        CHOSEN.promise().hold(CHOSEN, input);
    }
}

package io.stillstream.bench.scorer;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * One batch shape: the scorer beside the runtime alone, and beside ranking outside the runtime.
 *
 * @param runtimeSeconds of the derived graphs' runs, their inputs made beforehand
 * @param scorerSeconds of scoring admitted prompts
 * @param admittingSeconds of admitting and scoring them
 * @param fullLogitsSeconds of the user's model's run, the copy of all its logits and their ranking in Java
 * @param resultBytes that leave the runtime and make a record
 * @param hiddenBytes that go from one derived graph to the other, through Java
 * @param fullLogitsBytes of logits that leave the runtime
 */
public record RankingTiming(
        String shape,
        int tokens,
        double runtimeSeconds,
        double scorerSeconds,
        double admittingSeconds,
        double fullLogitsSeconds,
        long resultBytes,
        long hiddenBytes,
        long fullLogitsBytes) {

    /** The scorer's speed as a share of the runtime's alone. */
    @JsonProperty
    public double scorerToRuntime() {
        return runtimeSeconds / scorerSeconds;
    }

    /** How many times faster the scorer is than ranking outside. */
    @JsonProperty
    public double speedup() {
        return fullLogitsSeconds / scorerSeconds;
    }

    /** How many times fewer bytes leave the runtime, hidden states not counted. */
    @JsonProperty
    public double fewerBytes() {
        return (double) fullLogitsBytes / resultBytes;
    }

    /** The same with hidden states. */
    @JsonProperty
    public double fewerBytesWithHidden() {
        return (double) fullLogitsBytes / (resultBytes + hiddenBytes);
    }
}

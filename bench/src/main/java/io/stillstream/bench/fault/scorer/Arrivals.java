package io.stillstream.bench.fault.scorer;

import io.stillstream.bench.fault.ChaosPrompts;
import java.util.HashMap;
import java.util.Map;

/**
 * What a reader of committed records has seen of numbered prompts, each of which is to arrive once, in the order of its
 * conversation, on the topic where it belongs. Thread-safe.
 */
final class Arrivals {

    private final int[] times;
    private final Map<String, Integer> latest = new HashMap<>();
    private int different;
    private int deadLetters;
    private int repeated;
    private int disordered;
    private int misplaced;

    Arrivals(int prompts) {
        this.times = new int[prompts];
    }

    /** @param dead whether it came as a dead letter */
    synchronized void add(int number, String key, boolean dead) {
        if (dead != ChaosPrompts.isDead(number) || !key.equals(ChaosPrompts.conversation(number))) {
            misplaced++;
        }
        if (times[number]++ > 0) {
            repeated++;
            return;
        }
        different++;
        deadLetters += dead ? 1 : 0;
        // Dead letters have a topic of their own, so each topic has its own order.
        Integer before = latest.put(dead + key, number);
        if (before != null && before > number) {
            disordered++;
        }
    }

    /** Different prompts that have arrived. */
    synchronized int different() {
        return different;
    }

    /** @param sent the prompts that were to arrive */
    synchronized DeliveryResult result(int sent) {
        return new DeliveryResult(sent - different, repeated, disordered, misplaced, deadLetters);
    }
}

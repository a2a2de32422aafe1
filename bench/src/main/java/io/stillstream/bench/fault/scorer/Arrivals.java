package io.stillstream.bench.fault.scorer;

import io.stillstream.bench.fault.ChaosPrompts;
import io.stillstream.contract.source.EndOfSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What a reader of committed records has seen of numbered prompts, each of which is to arrive once, in the order of its
 * conversation, on the topic where it belongs. Thread-safe.
 */
public final class Arrivals {

    /** After so many prompts a source ends. */
    static final int END_EVERY = 100;

    private final int[] times;
    private final Map<String, Set<String>> markers = new HashMap<>();
    private final int targetsPartitions;
    private final Map<String, Integer> latest = new HashMap<>();
    private int different;
    private int deadLetters;
    private int repeated;
    private int disordered;
    private int misplaced;
    private int ends;
    private int wrongMarkers;

    /** @param targetsPartitions how many {@code teacher-targets} has */
    public Arrivals(int prompts, int targetsPartitions) {
        this.times = new int[prompts];
        this.targetsPartitions = targetsPartitions;
    }

    /**
     * A marker of a source's end.
     *
     * @param partition of {@code teacher-targets} that it was in
     */
    synchronized void addEnd(EndOfSource end, int partition) {
        Set<String> seen = markers.computeIfAbsent(end.id(), id -> new HashSet<>());
        if (!seen.add(end.partition() + ">" + partition)) {
            wrongMarkers++;
        } else if (seen.size() == end.partitions() * targetsPartitions) {
            ends++;
            wrongMarkers += isAnyMissing(Integer.parseInt(end.id())) ? 1 : 0;
        }
    }

    /** Of the first prompts; dead letters have a topic of their own. */
    private boolean isAnyMissing(int prompts) {
        return IntStream.range(0, prompts).anyMatch(number -> times[number] == 0 && !ChaosPrompts.isDead(number));
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

    /** Whether all prompts have arrived, and the ends of all sources. */
    public synchronized boolean all() {
        return different == times.length && ends == times.length / END_EVERY;
    }

    /** Different prompts that have arrived. */
    public synchronized int different() {
        return different;
    }

    /** @param sent the prompts that were to arrive */
    public synchronized DeliveryResult result(int sent) {
        int lostEnds = sent / END_EVERY - ends;
        return new DeliveryResult(
                sent - different, repeated, disordered, misplaced, lostEnds + wrongMarkers, deadLetters);
    }
}

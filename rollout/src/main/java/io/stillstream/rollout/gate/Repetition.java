package io.stillstream.rollout.gate;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whether a text repeats itself: of its runs of 4 words, the share that were there before. */
public final class Repetition {

    /** Of a text at least so long; a shorter one cannot be told from a refrain. */
    private static final int LEAST_WORDS = 12;

    private static final int GRAM = 4;
    private static final double MOST = 0.5;

    private Repetition() {}

    /** Whether more than half of the runs of 4 words stood in it before. */
    public static boolean isIn(String text) {
        String[] words = text.strip().split("\\s+");
        if (words.length < LEAST_WORDS) {
            return false;
        }
        int grams = words.length - GRAM + 1;
        Set<List<String>> distinct = new HashSet<>();
        for (int i = 0; i < grams; i++) {
            distinct.add(Arrays.asList(words).subList(i, i + GRAM));
        }
        return grams - distinct.size() > MOST * grams;
    }
}

package io.stillstream.huggingface.tokenizer.training;

import io.stillstream.huggingface.tokenizer.ByteAlphabet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Byte pair encoding as its definition reads: counts every pair again before every merge. For tests. */
final class RecountingTrainer {

    private RecountingTrainer() {}

    /** Tokens are strings of Latin-1 characters here, one a byte, which compare as bytes do. */
    private record Pair(String left, String right) {

        String joined() {
            return left + right;
        }
    }

    static List<String> merges(List<String> texts, int count) {
        Map<List<String>, Integer> words = new HashMap<>();
        WordCounter.count(texts).forEach((word, occurrences) -> {
            List<String> letters = new ArrayList<>();
            for (byte value : word.getBytes(StandardCharsets.UTF_8)) {
                letters.add(String.valueOf((char) (value & 0xff)));
            }
            words.put(letters, occurrences);
        });
        List<String> merges = new ArrayList<>();
        Set<String> tokens = new HashSet<>();
        while (merges.size() < count) {
            Map<Pair, Integer> counts = new HashMap<>();
            words.forEach((word, occurrences) -> {
                for (int i = 0; i + 1 < word.size(); i++) {
                    counts.merge(new Pair(word.get(i), word.get(i + 1)), occurrences, Integer::sum);
                }
            });
            Pair best = counts.entrySet().stream()
                    .filter(entry -> entry.getValue() >= 2
                            && !tokens.contains(entry.getKey().joined()))
                    .min(Comparator.comparingInt((Map.Entry<Pair, Integer> entry) -> -entry.getValue())
                            .thenComparing(entry -> entry.getKey().left())
                            .thenComparing(entry -> entry.getKey().right()))
                    .map(Map.Entry::getKey)
                    .orElseThrow();
            tokens.add(best.joined());
            merges.add(spell(best.left()) + " " + spell(best.right()));
            Map<List<String>, Integer> merged = new HashMap<>();
            words.forEach((word, occurrences) -> merged.merge(merge(word, best), occurrences, Integer::sum));
            words.clear();
            words.putAll(merged);
        }
        return merges;
    }

    private static List<String> merge(List<String> word, Pair pair) {
        List<String> merged = new ArrayList<>();
        for (int i = 0; i < word.size(); i++) {
            boolean here = i + 1 < word.size()
                    && word.get(i).equals(pair.left())
                    && word.get(i + 1).equals(pair.right());
            merged.add(here ? pair.joined() : word.get(i));
            i += here ? 1 : 0;
        }
        return merged;
    }

    private static String spell(String latin1) {
        return ByteAlphabet.spell(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }
}

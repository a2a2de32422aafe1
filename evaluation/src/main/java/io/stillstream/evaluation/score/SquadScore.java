package io.stillstream.evaluation.score;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Exact match and F1 of an answer, as SQuAD's evaluation script computes them (Rajpurkar et al., EMNLP 2016).
 *
 * <p>Both compare what is left without case, ASCII punctuation, the articles a, an and the, and superfluous white space.
 * F1 is the harmonic mean of precision and recall over the words as a bag. Where one of the two has no words left, both
 * scores are 1 when the other has none either, and else 0: the rule of SQuAD 2.0, as version 1.1 has no empty answers.
 */
final class SquadScore {

    private static final Pattern PUNCTUATION = Pattern.compile("\\p{Punct}");
    /** With the script's idea of a word, which is Python's: a combining mark is no part of it. */
    private static final Pattern ARTICLE = Pattern.compile("(?<![\\p{L}\\p{N}_])(a|an|the)(?![\\p{L}\\p{N}_])");
    /** What Python's split takes for white space. */
    private static final Pattern SPACE = Pattern.compile("[\\s\\x1c-\\x1f\\x85\\p{Z}]+");

    private SquadScore() {}

    static double exactMatch(String prediction, String reference) {
        return words(prediction).equals(words(reference)) ? 1 : 0;
    }

    static double f1(String prediction, String reference) {
        List<String> predicted = words(prediction);
        List<String> expected = words(reference);
        if (predicted.isEmpty() || expected.isEmpty()) {
            return predicted.equals(expected) ? 1 : 0;
        }
        Map<String, Integer> unmatched = new HashMap<>();
        expected.forEach(word -> unmatched.merge(word, 1, Integer::sum));
        int common = 0;
        for (String word : predicted) {
            int left = unmatched.getOrDefault(word, 0);
            if (left > 0) {
                unmatched.put(word, left - 1);
                common++;
            }
        }
        return 2.0 * common / (predicted.size() + expected.size());
    }

    private static List<String> words(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        String plain = PUNCTUATION.matcher(lower).replaceAll("");
        String bare = ARTICLE.matcher(plain).replaceAll(" ");
        return SPACE.splitAsStream(bare).filter(word -> !word.isEmpty()).toList();
    }
}

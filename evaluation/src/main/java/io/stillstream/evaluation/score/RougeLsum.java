package io.stillstream.evaluation.score;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * ROUGE-L of a summary of several sentences, one a line (Lin 2004, section 3.2), as the package {@code rouge_score}
 * computes {@code rougeLsum} without stemming.
 *
 * <p>For each sentence of the reference, the words that lie on a longest common subsequence with any sentence of the
 * prediction are hits; a word is hit no more often than either text has it. With h hits, m words in the reference and n in
 * the prediction, recall is h/m, precision h/n, and the score their harmonic mean: 2h/(m+n). Among several longest
 * subsequences the same one is taken as there, as the union depends on it.
 */
final class RougeLsum {

    private static final Pattern OTHER_THAN_WORDS = Pattern.compile("[^a-z0-9]+");
    private static final Pattern LINE_BREAK = Pattern.compile("\n");

    private RougeLsum() {}

    /** From 0 to 1; 0 when one of the texts has no word. */
    static double fMeasure(String prediction, String reference) {
        List<List<String>> predicted = sentences(prediction);
        List<List<String>> expected = sentences(reference);
        int words = size(predicted) + size(expected);
        return size(predicted) == 0 || size(expected) == 0 ? 0 : 2.0 * hits(predicted, expected) / words;
    }

    private static int hits(List<List<String>> predicted, List<List<String>> expected) {
        Map<String, Integer> leftOfPredicted = counts(predicted);
        Map<String, Integer> leftOfExpected = counts(expected);
        int hits = 0;
        for (List<String> sentence : expected) {
            BitSet union = new BitSet();
            predicted.forEach(other -> markCommon(sentence, other, union));
            for (int i = union.nextSetBit(0); i >= 0; i = union.nextSetBit(i + 1)) {
                String word = sentence.get(i);
                int inPredicted = leftOfPredicted.getOrDefault(word, 0);
                int inExpected = leftOfExpected.getOrDefault(word, 0);
                if (inPredicted > 0 && inExpected > 0) {
                    leftOfPredicted.put(word, inPredicted - 1);
                    leftOfExpected.put(word, inExpected - 1);
                    hits++;
                }
            }
        }
        return hits;
    }

    /** Marks the places in a sentence that a longest common subsequence with another one takes, found from the end. */
    private static void markCommon(List<String> sentence, List<String> other, BitSet places) {
        int[][] lengths = commonLengths(sentence, other);
        int i = sentence.size();
        int j = other.size();
        while (i > 0 && j > 0) {
            if (sentence.get(i - 1).equals(other.get(j - 1))) {
                places.set(i - 1);
                i--;
                j--;
            } else if (lengths[i][j - 1] > lengths[i - 1][j]) {
                j--;
            } else {
                i--;
            }
        }
    }

    /** Of the first i and the first j words, how long their longest common subsequence is. */
    private static int[][] commonLengths(List<String> left, List<String> right) {
        int[][] lengths = new int[left.size() + 1][right.size() + 1];
        for (int i = 1; i <= left.size(); i++) {
            for (int j = 1; j <= right.size(); j++) {
                lengths[i][j] = left.get(i - 1).equals(right.get(j - 1))
                        ? lengths[i - 1][j - 1] + 1
                        : Math.max(lengths[i - 1][j], lengths[i][j - 1]);
            }
        }
        return lengths;
    }

    private static List<List<String>> sentences(String text) {
        return LINE_BREAK.splitAsStream(text).map(RougeLsum::words).toList();
    }

    private static List<String> words(String sentence) {
        return OTHER_THAN_WORDS
                .splitAsStream(sentence.toLowerCase(Locale.ROOT))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private static Map<String, Integer> counts(List<List<String>> sentences) {
        Map<String, Integer> counts = new HashMap<>();
        sentences.forEach(sentence -> sentence.forEach(word -> counts.merge(word, 1, Integer::sum)));
        return counts;
    }

    private static int size(List<List<String>> sentences) {
        return sentences.stream().mapToInt(List::size).sum();
    }
}

package io.stillstream.huggingface.tokenizer.training;

import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.tokenizer.ByteAlphabet;
import io.stillstream.huggingface.tokenizer.training.BytePairVocabulary.Merge;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Learns a byte-level vocabulary from texts by byte pair encoding (Sennrich et al., ACL 2016; Radford et al., 2019).
 *
 * <p>Starting from bytes, the pair of neighbours that is most frequent within words becomes a token, again and again;
 * among equals the pair whose bytes come first. Each kind of word is kept once, with its count, and only words that
 * hold the pair are visited again. The queue of pairs is lazy: counts only fall after a pair has entered it, so that an entry
 * whose count is too high is put back with its present count.
 */
public final class BytePairTrainer {

    /** A pair that occurs once says nothing about other texts. */
    private static final int LOWEST_COUNT = 2;

    private final List<byte[]> tokens = new ArrayList<>();
    private final Set<String> spellings = new HashSet<>();
    private final List<Merge> merges = new ArrayList<>();
    private final List<Word> words = new ArrayList<>();
    private final Map<Merge, Pair> pairs = new HashMap<>();
    private final PriorityQueue<Candidate> queue = new PriorityQueue<>(Comparator.comparingLong(Candidate::count)
            .reversed()
            .thenComparing(candidate -> tokens.get(candidate.pair().merge.left()), Arrays::compareUnsigned)
            .thenComparing(candidate -> tokens.get(candidate.pair().merge.right()), Arrays::compareUnsigned));

    private static final class Word {
        private final int count;
        private int[] ids;

        Word(int count, int[] ids) {
            this.count = count;
            this.ids = ids;
        }
    }

    private static final class Pair {
        private final Merge merge;
        private long count;
        /** Every word that holds the pair, and some that did once. */
        private final Set<Word> words = new LinkedHashSet<>();

        Pair(Merge merge) {
            this.merge = merge;
        }
    }

    /** A pair with its count when it entered the queue. */
    private record Candidate(Pair pair, long count) {}

    private BytePairTrainer(Map<String, Integer> counts) {
        tokens.add(new byte[0]);
        for (int value = 0; value < 256; value++) {
            add(new byte[] {(byte) value});
        }
        counts.forEach((text, count) -> words.add(new Word(count, bytes(text))));
        for (Word word : words) {
            count(word, word.count);
        }
        enqueue(pairs.values());
    }

    /**
     * Learns a vocabulary of that many tokens, or of fewer when no pair is left that occurs twice.
     *
     * @throws HuggingFaceException when the size is too small for the bytes and the special token
     */
    public static BytePairVocabulary train(Iterable<String> texts, int vocabularySize) {
        if (vocabularySize < BytePairVocabulary.SMALLEST_SIZE) {
            throw new HuggingFaceException("a byte-level vocabulary of " + vocabularySize
                    + " tokens; expected at least " + BytePairVocabulary.SMALLEST_SIZE);
        }
        return new BytePairTrainer(WordCounter.count(texts)).train(vocabularySize);
    }

    private BytePairVocabulary train(int vocabularySize) {
        while (tokens.size() < vocabularySize && !queue.isEmpty()) {
            Candidate best = queue.remove();
            long count = best.pair().count;
            if (count == best.count()) {
                learn(best.pair());
            } else if (count >= LOWEST_COUNT) {
                queue.add(new Candidate(best.pair(), count));
            }
        }
        return new BytePairVocabulary(tokens, merges);
    }

    private void learn(Pair pair) {
        Merge merge = pair.merge;
        // Bytes that are a token already would get a second id.
        if (!add(concatenate(tokens.get(merge.left()), tokens.get(merge.right())))) {
            return;
        }
        merges.add(merge);
        int token = tokens.size() - 1;
        Set<Pair> appeared = new LinkedHashSet<>();
        for (Word word : List.copyOf(pair.words)) {
            count(word, -word.count);
            word.ids = replace(word.ids, merge, token);
            count(word, word.count);
            for (int i = 0; i + 1 < word.ids.length; i++) {
                if (word.ids[i] == token || word.ids[i + 1] == token) {
                    appeared.add(pair(word.ids[i], word.ids[i + 1]));
                }
            }
        }
        pair.words.clear();
        enqueue(appeared);
    }

    private void enqueue(Collection<Pair> added) {
        for (Pair pair : added) {
            if (pair.count >= LOWEST_COUNT) {
                queue.add(new Candidate(pair, pair.count));
            }
        }
    }

    private Pair pair(int left, int right) {
        return pairs.computeIfAbsent(new Merge(left, right), Pair::new);
    }

    private boolean add(byte[] bytes) {
        boolean added = spellings.add(ByteAlphabet.spell(bytes));
        if (added) {
            tokens.add(bytes);
        }
        return added;
    }

    /** Adds so many occurrences of the word, or takes them away, to the pairs it holds. */
    private void count(Word word, int occurrences) {
        for (int i = 0; i + 1 < word.ids.length; i++) {
            Pair pair = pair(word.ids[i], word.ids[i + 1]);
            pair.count += occurrences;
            pair.words.add(word);
        }
    }

    private static int[] replace(int[] ids, Merge merge, int token) {
        int[] replaced = new int[ids.length];
        int length = 0;
        for (int i = 0; i < ids.length; i++) {
            if (i + 1 < ids.length && ids[i] == merge.left() && ids[i + 1] == merge.right()) {
                replaced[length++] = token;
                i++;
            } else {
                replaced[length++] = ids[i];
            }
        }
        return Arrays.copyOf(replaced, length);
    }

    private static int[] bytes(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int[] ids = new int[utf8.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = 1 + (utf8[i] & 0xff);
        }
        return ids;
    }

    private static byte[] concatenate(byte[] left, byte[] right) {
        byte[] both = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        return both;
    }
}

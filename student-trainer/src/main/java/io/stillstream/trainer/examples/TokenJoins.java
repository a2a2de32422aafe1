package io.stillstream.trainer.examples;

import io.stillstream.huggingface.tokenizer.Retokenizer;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Which pairs of a vocabulary's tokens its tokenizer may write as others: where some token begins with all of the first and
 * goes on into the second, or where the end of the first goes to a token of the second, a text of both may not have a token
 * boundary between them.
 */
final class TokenJoins {

    /** No token: nothing is joined with it. */
    static final int NO_TOKEN = -1;

    /** Pairs that are remembered; there are few that texts often ask for. */
    private static final int REMEMBERED = 1 << 20;

    private static final byte[] NO_TEXT = {};

    private final TextTokenizer tokenizer;
    private final Retokenizer retokenizer;
    /** The texts of all tokens in ascending order: those with a common beginning are neighbours. */
    private final byte[][] sorted;

    private final Map<Long, Boolean> remembered = new HashMap<>();

    TokenJoins(TextTokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.retokenizer = new Retokenizer(tokenizer);
        this.sorted = IntStream.range(0, tokenizer.vocabularySize())
                .mapToObj(tokenizer::bytes)
                .sorted(Arrays::compareUnsigned)
                .toArray(byte[][]::new);
    }

    /** Not safe for use by several threads. */
    boolean joined(int before, int next) {
        if (before == NO_TOKEN) {
            return false;
        }
        if (remembered.size() >= REMEMBERED) {
            remembered.clear();
        }
        return remembered.computeIfAbsent(((long) before << Integer.SIZE) | next, pair -> find(before, next));
    }

    private boolean find(int before, int next) {
        byte[] first = bytes(before);
        byte[] second = bytes(next);
        if (first.length == 0 || second.length == 0) {
            return false;
        }
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        for (int length = first.length + 1; length < both.length; length++) {
            byte[] part = Arrays.copyOf(both, length);
            if (Arrays.equals(atOrAfter(part), part)) {
                return true;
            }
        }
        byte[] longer = atOrAfter(both);
        boolean begun = longer.length >= both.length && Arrays.equals(longer, 0, both.length, both, 0, both.length);
        return begun || !keeps(before, both);
    }

    /** Whether the tokenizer does not give the end of the first token to the second. */
    private boolean keeps(int before, byte[] both) {
        int[] written = retokenizer.tokenize(both);
        return written.length > 0 && written[0] == before;
    }

    /** The first text that is not before this one. */
    private byte[] atOrAfter(byte[] text) {
        int found = Arrays.binarySearch(sorted, text, Arrays::compareUnsigned);
        int place = found >= 0 ? found : -found - 1;
        return place < sorted.length ? sorted[place] : NO_TEXT;
    }

    private byte[] bytes(int id) {
        return id < tokenizer.vocabularySize() ? tokenizer.bytes(id) : NO_TEXT;
    }
}

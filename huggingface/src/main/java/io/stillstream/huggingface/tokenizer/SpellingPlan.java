package io.stillstream.huggingface.tokenizer;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * How the tokens of one vocabulary are spelled in another: the transport plan between a teacher's tokens and a student's
 * that the text itself gives. All mass of the teacher's token w goes to f(w), the first of the student's tokens that spell
 * w's bytes: the cost is 0 there and infinite elsewhere, so the plan is in closed form.
 *
 * <p>A token that one of the student's tokens spells alone is spelled by that one; others as the student's tokenizer writes
 * their bytes within a text. Special tokens spell nothing, and have no place in the plan unless they end a text: then
 * f(w) is the student's token that ends one. Between equal vocabularies each token is its own.
 */
public final class SpellingPlan {

    private static final int[] NOTHING = {};

    /** The path of each token of the first vocabulary. */
    private final int[][] paths;

    private SpellingPlan(int[][] paths) {
        this.paths = paths;
    }

    /**
     * @param from the teacher's tokenizer
     * @param onto the student's
     * @param fromEnds the teacher's tokens that end a text
     * @param ontoEnd the student's, where it has one
     */
    public static SpellingPlan of(TextTokenizer from, TextTokenizer onto, List<Integer> fromEnds, OptionalInt ontoEnd) {
        int[][] paths = new int[from.vocabularySize()][];
        if (from.sha256().equals(onto.sha256())) {
            Arrays.setAll(paths, id -> new int[] {id});
        } else {
            Map<ByteBuffer, Integer> whole = onto.idsByText();
            Retokenizer retokenizer = new Retokenizer(onto);
            Arrays.setAll(paths, id -> path(from.bytes(id), whole, retokenizer));
        }
        return new SpellingPlan(paths).endingWith(fromEnds, ontoEnd);
    }

    /**
     * The same with another end of a text.
     *
     * @param fromEnds the teacher's tokens that end a text
     * @param ontoEnd the student's, where it has one
     */
    public SpellingPlan endingWith(List<Integer> fromEnds, OptionalInt ontoEnd) {
        int[][] others = paths.clone();
        for (int end : fromEnds) {
            if (end < others.length) {
                others[end] = ontoEnd.isPresent() ? new int[] {ontoEnd.getAsInt()} : NOTHING;
            }
        }
        return new SpellingPlan(others);
    }

    private static int[] path(byte[] bytes, Map<ByteBuffer, Integer> whole, Retokenizer retokenizer) {
        if (bytes.length == 0) {
            return NOTHING;
        }
        Integer alone = whole.get(ByteBuffer.wrap(bytes));
        return alone == null ? retokenizer.tokenize(bytes) : new int[] {alone};
    }

    /** f: the first of the tokens that spell this one, or −1 where none does. */
    public int first(int id) {
        int[] path = path(id);
        return path.length == 0 ? -1 : path[0];
    }

    /** The tokens that spell this one, in their order; none where it spells nothing. Do not write to them. */
    public int[] path(int id) {
        // A model's vocabulary may be padded beyond its tokenizer's.
        return id < paths.length ? paths[id] : NOTHING;
    }

    /** How many tokens of the first vocabulary are spelled in the second. */
    public int mapped() {
        return (int) Arrays.stream(paths).filter(path -> path.length > 0).count();
    }

    /** How many are spelled by one token alone. */
    public int whole() {
        return (int) Arrays.stream(paths).filter(path -> path.length == 1).count();
    }
}

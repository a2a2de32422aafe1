package io.stillstream.evaluation.bakeoff.writing;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What a student wrote after a prompt. Owns its array. */
public final class StudentAnswer {

    private static final int GRAM = 4;

    private final int[] ids;
    private final FinishReason finishReason;

    /**
     * @param ids without the token that ends a text
     * @param room the most tokens that there could have been: fewer were ended by the student
     */
    public StudentAnswer(int[] ids, int room) {
        this.ids = ids.clone();
        this.finishReason = ids.length < room ? FinishReason.STOP : FinishReason.LENGTH;
    }

    public FinishReason finishReason() {
        return finishReason;
    }

    /** May be empty: not every token is text. */
    public String text(TextTokenizer tokenizer) {
        // A model may have more rows than its tokenizer has tokens; those decode to nothing.
        return tokenizer.text(
                Arrays.stream(ids).filter(id -> id < tokenizer.vocabularySize()).toArray());
    }

    /**
     * How much the answer repeats itself: of its n − 3 runs of 4 consecutive tokens, the share that equal an earlier one of
     * them. 0 for fewer than 4 tokens.
     */
    public double repetitionRate() {
        int grams = ids.length - GRAM + 1;
        if (grams < 1) {
            return 0;
        }
        Set<List<Integer>> distinct = new HashSet<>();
        for (int i = 0; i < grams; i++) {
            distinct.add(Arrays.stream(ids, i, i + GRAM).boxed().collect(Collectors.toList()));
        }
        return (double) (grams - distinct.size()) / grams;
    }
}

package io.stillstream.evaluation.bakeoff.writing;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What a student wrote by itself: the most likely answers to the prompts of a held-out set.
 *
 * @param repetitionRate the mean over answers of their share of repeated 4-grams: of an answer's n − 3 runs of 4 consecutive
 *     tokens, those that equal an earlier one of them; 0 for an answer of fewer than 4 tokens
 * @param teacherBitsPerByte the teacher's own loss on the answers that it scored, each byte counted the same and ends of texts
 *     not at all; NaN where it scored none
 * @param scored the share of the answers that the teacher scored: it takes no empty one
 */
public record WrittenAnswers(double repetitionRate, double teacherBitsPerByte, double scored) {

    static WrittenAnswers mean(List<WrittenAnswers> bySeed) {
        return new WrittenAnswers(
                mean(bySeed, WrittenAnswers::repetitionRate),
                mean(bySeed, WrittenAnswers::teacherBitsPerByte),
                mean(bySeed, WrittenAnswers::scored));
    }

    private static double mean(List<WrittenAnswers> bySeed, ToDoubleFunction<WrittenAnswers> value) {
        return bySeed.stream().mapToDouble(value).sum() / bySeed.size();
    }
}

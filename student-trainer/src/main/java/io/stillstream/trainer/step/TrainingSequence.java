package io.stillstream.trainer.step;

import io.stillstream.student.batch.TokenSequence;

/**
 * One text to train on, with the teacher's scores of its response.
 *
 * @param labelled whether the labels count for the cross-entropy
 * @param teacher what the distillation terms read
 */
public record TrainingSequence(TokenSequence tokens, boolean labelled, TeacherSignal teacher) {

    /** A text without the teacher's side, for its labels alone. */
    public static TrainingSequence withoutTeacher(int[] ids, int promptLength, int labels) {
        return new TrainingSequence(new TokenSequence(ids, promptLength, labels), true, TeacherSignal.none());
    }

    /**
     * The same where the transport takes the labels' place so far.
     *
     * @param trust from 0 to 1, before α
     */
    public TrainingSequence trusting(float trust) {
        return new TrainingSequence(tokens, labelled, teacher.trusting(trust));
    }

    /** How many tokens are predicted. */
    public int labels() {
        return tokens.labels();
    }
}

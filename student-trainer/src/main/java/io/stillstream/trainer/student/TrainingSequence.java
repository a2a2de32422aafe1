package io.stillstream.trainer.student;

import io.stillstream.trainer.TrainerException;

/**
 * One text to train or evaluate on, in the student's tokens, with what the teacher made of its response. Owns its
 * arrays.
 */
public final class TrainingSequence {

    private static final float[] NO_TEACHER = {};

    private final int[] ids;
    private final int promptLength;
    private final int labels;
    private final float[] teacherLogProbabilities;
    private final int teacherPositions;

    /**
     * @param ids prompt, response and, if it was written, the token that ends it
     * @param promptLength how many ids are the prompt; at least 1, because the last one predicts the first label
     * @param labels how many of the ids after the prompt are to be predicted
     * @param teacherLogProbabilities the teacher's K columns {@code [T, K]} row by row, ranked over the response
     * @param teacherPositions T
     */
    public TrainingSequence(
            int[] ids, int promptLength, int labels, float[] teacherLogProbabilities, int teacherPositions) {
        if (promptLength < 1 || labels < 1 || promptLength + labels > ids.length) {
            throw new TrainerException("a sequence of " + ids.length + " tokens cannot have a prompt of " + promptLength
                    + " and " + labels + " labels; expected at least one of each, and together at most all");
        }
        if (teacherPositions < 0
                || (teacherPositions == 0) != (teacherLogProbabilities.length == 0)
                || (teacherPositions > 0 && teacherLogProbabilities.length % teacherPositions != 0)) {
            throw new TrainerException(teacherLogProbabilities.length + " teacher log-probabilities do not fill "
                    + teacherPositions + " positions");
        }
        this.ids = ids.clone();
        this.promptLength = promptLength;
        this.labels = labels;
        this.teacherLogProbabilities = teacherLogProbabilities.clone();
        this.teacherPositions = teacherPositions;
    }

    /** A text without the teacher's columns: for cross-entropy and evaluation. */
    public static TrainingSequence withoutTeacher(int[] ids, int promptLength, int labels) {
        return new TrainingSequence(ids, promptLength, labels, NO_TEACHER, 0);
    }

    public int length() {
        return ids.length;
    }

    public int id(int index) {
        return ids[index];
    }

    public int promptLength() {
        return promptLength;
    }

    /** How many tokens are predicted. */
    public int labels() {
        return labels;
    }

    /** T, or 0 without a teacher. */
    public int teacherPositions() {
        return teacherPositions;
    }

    /** K, or 0 without a teacher. */
    public int teacherColumns() {
        return teacherPositions == 0 ? 0 : teacherLogProbabilities.length / teacherPositions;
    }

    public float teacherLogProbability(int position, int column) {
        return teacherLogProbabilities[position * teacherColumns() + column];
    }

    void copyTeacher(float[] target, int offset) {
        System.arraycopy(teacherLogProbabilities, 0, target, offset, teacherLogProbabilities.length);
    }

    /** The positions that the decoder must read: none after the last one that predicts a label. */
    int inputLength() {
        return promptLength + labels - 1;
    }
}

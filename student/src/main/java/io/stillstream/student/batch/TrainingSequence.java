package io.stillstream.student.batch;

import io.stillstream.student.StudentException;

/**
 * One text to train or evaluate on, in the student's tokens, with what the teacher made of its response. Owns its
 * arrays.
 */
public final class TrainingSequence {

    private final int[] ids;
    private final int promptLength;
    private final int labels;
    private final boolean labelled;
    private final TeacherSignal teacher;

    /**
     * @param ids prompt, response and, if it was written, the token that ends it
     * @param promptLength how many ids are the prompt; at least 1, because the last one predicts the first label
     * @param labels how many of the ids after the prompt are to be predicted
     * @param labelled whether they count for the cross-entropy
     * @param teacher what the distillation terms read
     */
    public TrainingSequence(int[] ids, int promptLength, int labels, boolean labelled, TeacherSignal teacher) {
        if (promptLength < 1 || labels < 1 || promptLength + labels > ids.length) {
            throw new StudentException("a sequence of " + ids.length + " tokens cannot have a prompt of " + promptLength
                    + " and " + labels + " labels; expected at least one of each, and together at most all");
        }
        this.ids = ids.clone();
        this.promptLength = promptLength;
        this.labels = labels;
        this.labelled = labelled;
        this.teacher = teacher;
    }

    /** A text with the teacher's columns, to be trained on both. */
    public TrainingSequence(
            int[] ids, int promptLength, int labels, float[] teacherLogProbabilities, int teacherPositions) {
        this(ids, promptLength, labels, true, TeacherSignal.columns(teacherLogProbabilities, teacherPositions));
    }

    /** A text without the teacher's columns: for cross-entropy and evaluation. */
    public static TrainingSequence withoutTeacher(int[] ids, int promptLength, int labels) {
        return new TrainingSequence(ids, promptLength, labels, true, TeacherSignal.none());
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

    /** Whether the labels count for the cross-entropy. */
    public boolean labelled() {
        return labelled;
    }

    public TeacherSignal teacher() {
        return teacher;
    }

    /** The positions that the decoder must read: none after the last one that predicts a label. */
    int inputLength() {
        return promptLength + labels - 1;
    }
}

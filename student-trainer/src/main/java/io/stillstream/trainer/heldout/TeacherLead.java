package io.stillstream.trainer.heldout;

import io.stillstream.contract.prompt.ResponseSource;
import io.stillstream.student.inference.SequenceEvaluation;
import io.stillstream.trainer.examples.TokenizedTarget;

/**
 * By how much the teacher predicts held-out responses better than the student, of those that neither of them wrote: what it is
 * trusted by on such responses. Its own texts say nothing about that, nor does what the student words in another way.
 */
public final class TeacherLead {

    private static final double NATS_PER_BIT = Math.log(2);

    private double studentNats;
    private long studentBytes;
    private double teacherNats;
    private long teacherBytes;

    /**
     * Counts a response, or passes over one that the teacher or a student wrote.
     *
     * @param evaluation the student's, of the response
     */
    public void add(TokenizedTarget sequence, SequenceEvaluation evaluation) {
        if (sequence.targets().responseSource() != ResponseSource.PRODUCTION) {
            return;
        }
        studentNats += sequence.sharedNats(evaluation);
        studentBytes += sequence.sharedBytes();
        teacherNats += sequence.teacherNats();
        teacherBytes += sequence.teacherBytes();
    }

    /** The student's loss less the teacher's, in bits per byte; NaN where nothing was counted. */
    public double bitsPerByte() {
        return (studentNats / studentBytes - teacherNats / teacherBytes) / NATS_PER_BIT;
    }
}

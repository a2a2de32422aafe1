package io.stillstream.evaluation.bakeoff.writing;

import io.stillstream.contract.target.TeacherTargets;
import java.util.List;

/** Scores what a student writes for the prompts of a stream or of a held-out set, with the teacher of that. */
public interface WrittenTextScorer {

    /**
     * The teacher's view of the texts, in their order; those that it rejects are left out.
     *
     * @param texts at most one for each prompt
     */
    List<TeacherTargets> score(List<WrittenText> texts);

    /** Gives the teacher's memory back. Scoring more opens it again. */
    void release();
}

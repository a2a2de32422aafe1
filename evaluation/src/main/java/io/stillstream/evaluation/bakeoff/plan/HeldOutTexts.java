package io.stillstream.evaluation.bakeoff.plan;

import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.evaluation.EvaluationException;
import java.util.List;

/** Texts of one kind that no arm trains on, under the name they have in table and plot. */
public record HeldOutTexts(String name, SetRole role, List<TeacherTargets> records) {

    public HeldOutTexts {
        records = List.copyOf(records);
        if (records.isEmpty()) {
            throw new EvaluationException("the held-out set '" + name + "' has no texts; expected at least one");
        }
    }
}

package io.stillstream.evaluation.bakeoff.plan;

import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.evaluation.EvaluationException;
import io.stillstream.evaluation.bakeoff.writing.StudentTextsConfig;
import io.stillstream.evaluation.bakeoff.writing.StudentWriting;
import io.stillstream.trainer.config.TrainerConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One way to train the student.
 *
 * @param name in table and plot
 * @param trainer how it trains: loss, optimizer, micro-batches. Which student, and how much of what, says the plan
 * @param settings what makes this arm's training what it is, by dotted name: runs with equal settings are one run
 * @param stream the texts to train on as this arm wants them scored; all arms have the same texts in the same order
 * @param studentWriting how the student writes some of them anew; null where it writes none
 */
public record Arm(
        String name,
        TrainerConfig trainer,
        Map<String, String> settings,
        List<TeacherTargets> stream,
        @Nullable StudentWriting studentWriting) {

    public Arm {
        settings = new LinkedHashMap<>(settings);
        stream = List.copyOf(stream);
        if (name.isBlank()) {
            throw new EvaluationException("an arm has a blank name; expected one for the table");
        }
        if (stream.isEmpty()) {
            throw new EvaluationException("arm '" + name + "' has no texts to train on");
        }
        if (studentWriting != null) {
            StudentTextsConfig.mismatch(trainer.loss()).ifPresent(mismatch -> {
                throw new EvaluationException("arm '" + name + "': " + mismatch);
            });
        }
    }
}

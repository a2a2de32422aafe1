package io.stillstream.evaluation.measure;

import io.stillstream.contract.TeacherTargets;
import io.stillstream.student.inference.WordedPrompt;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text to measure students on, and the prompt it follows.
 *
 * @param id for messages and for whoever reads the answers
 * @param prompt exactly what stands before the text
 * @param targets what the teacher said about this very text; null where no teacher scored it
 * @param references what others answered to the prompt; may be empty
 */
public record EvaluationText(
        String id,
        WordedPrompt prompt,
        String text,
        @Nullable TeacherTargets targets,
        List<String> references) {

    public EvaluationText {
        references = List.copyOf(references);
        if (targets != null && !targets.responseText().equals(text)) {
            throw new IllegalArgumentException(
                    "the teacher scored another text than the one to measure of prompt '" + id + "'");
        }
    }
}

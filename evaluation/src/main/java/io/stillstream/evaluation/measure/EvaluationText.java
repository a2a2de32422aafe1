package io.stillstream.evaluation.measure;

import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.student.inference.WordedPrompt;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text to measure students on, and the prompt it follows.
 *
 * @param id for messages and for whoever reads the answers
 * @param chat what a student with a chat template reads instead of prompt and text; null where the prompt is plain text
 * @param prompt what stands before the text, for a student without a chat template
 * @param targets what the teacher said about this very text; null where no teacher scored it
 * @param references what others answered to the prompt; may be empty
 */
public record EvaluationText(
        String id,
        @Nullable AnsweredChat chat,
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

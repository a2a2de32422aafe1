package io.stillstream.evaluation.bakeoff.texts;

import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.evaluation.bakeoff.writing.WrittenText;
import io.stillstream.evaluation.bakeoff.writing.WrittenTextScorer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Scores what students write for known prompts. Nothing of it is cached: no student writes the same text twice. */
final class PromptScorer implements WrittenTextScorer {

    private final CachedTeacher scoring;
    private final LazyTeacher teacher;
    private final Split split;
    private final Map<String, Prompt> prompts = new HashMap<>();

    /** @param teacher opened when something is scored, and closed by its owner */
    PromptScorer(CachedTeacher scoring, LazyTeacher teacher, List<Prompt> prompts, Split split) {
        this.scoring = scoring;
        this.teacher = teacher;
        this.split = split;
        prompts.forEach(prompt -> this.prompts.put(prompt.id(), prompt));
    }

    @Override
    public List<TeacherTargets> score(List<WrittenText> texts) {
        List<Prompt> answered = new ArrayList<>();
        for (WrittenText text : texts) {
            Prompt prompt = prompts.get(text.promptId());
            if (prompt == null) {
                throw new IllegalArgumentException("no prompt has the id '" + text.promptId() + "'");
            }
            // Without the student as its author, its text would be learned as a label.
            answered.add(prompt.withResponse(Response.of(text.response(), text.finishReason(), text.author())));
        }
        return scoring.scoredAfresh(teacher, answered, split);
    }

    @Override
    public void release() {
        teacher.close();
    }
}

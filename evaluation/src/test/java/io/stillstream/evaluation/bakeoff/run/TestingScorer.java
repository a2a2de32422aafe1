package io.stillstream.evaluation.bakeoff.run;

import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.evaluation.bakeoff.writing.WrittenText;
import io.stillstream.evaluation.bakeoff.writing.WrittenTextScorer;
import io.stillstream.trainer.loop.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Scores as a teacher whose tokens are the tiny student's letters, and remembers what it was given. */
final class TestingScorer implements WrittenTextScorer {

    private final Map<String, TeacherTargets> prompts;
    private final String tokenizer;
    private final List<List<WrittenText>> scored = new ArrayList<>();
    private boolean rejecting;

    /**
     * @param prompts by id
     * @param tokenizer the sha256 of the student's
     */
    TestingScorer(Map<String, TeacherTargets> prompts, String tokenizer) {
        this.prompts = prompts;
        this.tokenizer = tokenizer;
    }

    /** What it was given, call by call. */
    List<List<WrittenText>> scored() {
        return scored;
    }

    void rejectAll() {
        rejecting = true;
    }

    @Override
    public List<TeacherTargets> score(List<WrittenText> texts) {
        scored.add(texts);
        return texts.stream().filter(text -> !rejecting).map(this::score).toList();
    }

    private TeacherTargets score(WrittenText text) {
        TeacherTargets asked = prompts.get(text.promptId());
        return Samples.byToken(asked.promptText(), text.response(), Split.TRAIN, text.author(), tokenizer);
    }

    @Override
    public void release() {}
}

package io.stillstream.evaluation.score;

import java.util.List;
import java.util.Locale;

/** What kind of answer prompts ask for, and so what counts as a good one. */
public enum Task {
    /** Short answers to questions, as in QED. */
    SQUAD,
    /** Sentences, as in FairytaleQA and DIALOGSum. */
    ROUGE_LSUM;

    /** What it is measured by. */
    public List<TaskScore> scores() {
        return switch (this) {
            case SQUAD -> List.of(TaskScore.EXACT_MATCH, TaskScore.F1);
            case ROUGE_LSUM -> List.of(TaskScore.ROUGE_LSUM);
        };
    }

    /** The name that the command line takes, such as {@code rouge-lsum}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

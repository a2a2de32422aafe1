package io.stillstream.evaluation.bakeoff.run;

import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.contract.target.TeacherTokens;
import io.stillstream.evaluation.bakeoff.writing.ExposurePlan;
import io.stillstream.evaluation.bakeoff.writing.StudentAnswer;
import io.stillstream.evaluation.bakeoff.writing.WrittenAnswers;
import io.stillstream.evaluation.bakeoff.writing.WrittenText;
import io.stillstream.evaluation.bakeoff.writing.WrittenTextScorer;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.inference.StudentGenerator;
import io.stillstream.trainer.examples.TokenizedTarget;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Lets one student write by itself and has the teacher score it. */
public final class ExposureMeter {

    private static final Author AUTHOR = Author.student("exposure");

    private final ExposurePlan plan;
    private final List<PreparedHeldOut> heldOut;
    private final TextTokenizer tokenizer;
    private @Nullable Map<String, WrittenAnswers> untrained;

    /** @param tokenizer the student's, as long as this is used */
    public ExposureMeter(ExposurePlan plan, List<PreparedHeldOut> heldOut, TextTokenizer tokenizer) {
        this.plan = plan;
        this.heldOut = heldOut.stream()
                .filter(set -> plan.scorers().containsKey(set.name()))
                .toList();
        this.tokenizer = tokenizer;
    }

    /** By held-out set. Of the student that all runs start from, whose answers are the same each time. */
    Map<String, WrittenAnswers> beforeTraining(StudentGenerator student) {
        Map<String, WrittenAnswers> measured = untrained;
        if (measured == null) {
            measured = measure(student);
            untrained = measured;
        }
        return measured;
    }

    /** By held-out set. */
    Map<String, WrittenAnswers> measure(StudentGenerator student) {
        Map<String, WrittenAnswers> measured = new LinkedHashMap<>();
        for (PreparedHeldOut set : heldOut) {
            WrittenTextScorer scorer = plan.scorers().get(set.name());
            if (scorer != null) {
                measured.put(set.name(), measure(set.first(plan.prompts()), student, scorer));
            }
        }
        return measured;
    }

    private WrittenAnswers measure(
            List<TokenizedTarget> sequences, StudentGenerator student, WrittenTextScorer scorer) {
        double repetition = 0;
        List<WrittenText> texts = new ArrayList<>();
        for (TokenizedTarget sequence : sequences) {
            int[] prompt = sequence.promptIds();
            StudentAnswer answer =
                    new StudentAnswer(student.greedy(prompt, plan.maxTokens()), student.room(prompt, plan.maxTokens()));
            repetition += answer.repetitionRate();
            String text = answer.text(tokenizer);
            if (!text.isEmpty()) {
                texts.add(new WrittenText(sequence.targets().promptId(), text, answer.finishReason(), AUTHOR));
            }
        }
        List<TeacherTargets> scored = texts.isEmpty() ? List.of() : scorer.score(texts);
        List<RecordLoss> losses =
                scored.stream().map(targets -> loss(targets.tokens())).toList();
        return new WrittenAnswers(
                repetition / sequences.size(),
                RecordLoss.bitsPerByte(losses),
                (double) scored.size() / sequences.size());
    }

    private static RecordLoss loss(TeacherTokens tokens) {
        int count = tokens.textCount();
        return new RecordLoss(tokens.negativeLogLikelihood(count), tokens.end(count - 1));
    }
}

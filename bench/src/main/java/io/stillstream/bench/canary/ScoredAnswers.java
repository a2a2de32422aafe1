package io.stillstream.bench.canary;

import io.stillstream.bench.gate.StoryQuestion;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.evaluation.measure.EvaluationText;
import io.stillstream.evaluation.measure.TextEvaluation;
import io.stillstream.evaluation.measure.TextEvaluator;
import io.stillstream.student.inference.AnsweringStudent;
import io.stillstream.student.inference.Sampling;
import io.stillstream.student.inference.WordedPrompt;
import io.stillstream.trainer.examples.wording.TemplateChoice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a student answers to questions, and how likely the teacher finds that. */
final class ScoredAnswers {

    private static final int MICRO_BATCH_TOKENS = 4096;
    private static final double NATS_PER_BIT = Math.log(2);

    private ScoredAnswers() {}

    /** The teacher's bits per byte of each answer that has text; the answers are drawn with a seed of their question's. */
    static double[] of(Path student, Path teacher, List<StoryQuestion> questions, int tokens) {
        List<EvaluationText> answers = new ArrayList<>();
        try (AnsweringStudent answering = TemplateChoice.own().answering(student, student)) {
            for (int i = 0; i < questions.size(); i++) {
                WordedPrompt prompt =
                        new WordedPrompt(questions.get(i).question().strip(), false);
                Outcome<AnsweringStudent.Answer> answer =
                        answering.answer(prompt, tokens, new Sampling(1, 1, i), piece -> {});
                if (answer instanceof Outcome.Accepted<AnsweringStudent.Answer> accepted
                        && !accepted.value().text().isEmpty()) {
                    answers.add(new EvaluationText(
                            "question-" + i, null, prompt, accepted.value().text(), null, List.of()));
                }
            }
        }
        try (TextEvaluator evaluator = TextEvaluator.open(teacher, teacher, TemplateChoice.own(), MICRO_BATCH_TOKENS)) {
            return evaluator.evaluate(answers).stream()
                    .filter(TextEvaluation.Measured.class::isInstance)
                    .map(TextEvaluation.Measured.class::cast)
                    .filter(measured -> measured.bytes() > 0)
                    .mapToDouble(measured -> measured.nats() / NATS_PER_BIT / measured.bytes())
                    .toArray();
        }
    }
}

package io.stillstream.evaluation.comparison;

import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.contract.target.TeacherTokens;
import io.stillstream.evaluation.EvaluationException;
import io.stillstream.evaluation.comparison.EvaluationResult.Answer;
import io.stillstream.evaluation.comparison.EvaluationResult.Row;
import io.stillstream.evaluation.comparison.EvaluationResult.StudentCounts;
import io.stillstream.evaluation.measure.AnsweredChat;
import io.stillstream.evaluation.measure.Comparison;
import io.stillstream.evaluation.measure.EvaluationText;
import io.stillstream.evaluation.measure.Figures;
import io.stillstream.evaluation.measure.Metric;
import io.stillstream.evaluation.measure.TextEvaluation;
import io.stillstream.evaluation.measure.TextEvaluation.Measured;
import io.stillstream.evaluation.measure.TextEvaluation.Refused;
import io.stillstream.evaluation.measure.TextEvaluator;
import io.stillstream.evaluation.score.Task;
import io.stillstream.evaluation.score.TaskScore;
import io.stillstream.huggingface.safetensors.WeightFiles;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.statistics.Bootstrap;
import io.stillstream.statistics.Bootstrap.Statistic;
import io.stillstream.statistics.Interval;
import io.stillstream.student.StudentException;
import io.stillstream.student.inference.AnsweringStudent;
import io.stillstream.student.inference.WordedPrompt;
import io.stillstream.trainer.examples.wording.TemplateChoice;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Measures students on the same texts and compares each with the first. One student at a time is in memory. */
public final class Evaluation {

    private final Bootstrap bootstrap;
    private final List<TaskScore> scores;
    private final int maxNewTokens;
    private final int microBatchTokens;
    private final TemplateChoice template;
    private final Consumer<String> progress;

    /**
     * @param tasks that students generate answers for; none for no answers
     * @param maxNewTokens of an answer
     * @param microBatchTokens the most tokens, padding included, that are in memory at once
     * @param template finds the chat template that a student is spoken to in
     * @param progress receives a line on each thing that begins
     */
    public Evaluation(
            Bootstrap bootstrap,
            List<Task> tasks,
            int maxNewTokens,
            int microBatchTokens,
            TemplateChoice template,
            Consumer<String> progress) {
        this.bootstrap = bootstrap;
        this.scores = tasks.stream()
                .flatMap(task -> task.scores().stream())
                .distinct()
                .toList();
        this.maxNewTokens = maxNewTokens;
        this.microBatchTokens = microBatchTokens;
        this.template = template;
        this.progress = progress;
    }

    /** Scores what somebody else predicted. */
    public EvaluationResult of(Predictions predictions) {
        int records = predictions.texts().size();
        Comparison comparison = Comparison.of(
                        bootstrap,
                        records,
                        List.of(Figures.ofAnswers(scores, predictions.texts(), predictions.references())))
                .get(0);
        return new EvaluationResult(
                predictions.file(),
                predictions.sha256(),
                null,
                records,
                0,
                records,
                records,
                null,
                List.of(new Row(predictions.file().toString(), null, List.of(), comparison)));
    }

    /**
     * @param students at least one; the first is the baseline
     * @throws EvaluationException when no text fits every student, or no record has the reference that a task needs
     */
    public EvaluationResult of(List<StudentSource> students, EvaluationInput input) {
        if (!scores.isEmpty() && input.withReference() == 0) {
            throw new EvaluationException(
                    "no record of " + input.file() + " has a reference; a task's answers are scored against one");
        }
        List<EvaluationText> texts = input.texts();
        List<List<TextEvaluation>> evaluations =
                students.stream().map(student -> measure(student, texts)).toList();
        List<Integer> compared = IntStream.range(0, texts.size())
                .filter(i -> evaluations.stream().allMatch(student -> student.get(i) instanceof Measured))
                .boxed()
                .toList();
        List<EvaluationText> shared = compared.stream().map(texts::get).toList();
        if (shared.isEmpty()) {
            throw new EvaluationException("no text of " + input.file() + " fits every student; the first does not: "
                    + firstRefusal(evaluations));
        }
        List<List<Answer>> answers =
                students.stream().map(student -> answer(student, shared)).toList();
        List<Map<Metric, Statistic>> figures = new ArrayList<>();
        List<StudentCounts> counts = new ArrayList<>();
        for (int s = 0; s < students.size(); s++) {
            List<Measured> measured = compared.stream()
                    .map(evaluations.get(s)::get)
                    .map(Measured.class::cast)
                    .toList();
            figures.add(figures(measured, answers.get(s)));
            counts.add(counts(students.get(s), evaluations.get(s), measured));
        }
        List<Comparison> comparisons = Comparison.of(bootstrap, shared.size(), figures);
        return new EvaluationResult(
                input.file(),
                input.sha256(),
                input.text(),
                texts.size() + input.withoutText(),
                input.withoutText(),
                shared.size(),
                scores.isEmpty() ? 0 : answered(shared),
                teacher(shared),
                IntStream.range(0, students.size())
                        .mapToObj(
                                s -> new Row(students.get(s).name(), counts.get(s), answers.get(s), comparisons.get(s)))
                        .toList());
    }

    private List<TextEvaluation> measure(StudentSource student, List<EvaluationText> texts) {
        progress.accept("measuring " + student.name() + " on " + texts.size() + " texts");
        try (TextEvaluator evaluator =
                TextEvaluator.open(student.directory(), student.model(), template, microBatchTokens)) {
            return evaluator.evaluate(texts);
        }
    }

    /** One for each text; empty where there is no reference that it could be scored against. */
    private List<Answer> answer(StudentSource student, List<EvaluationText> texts) {
        if (scores.isEmpty()) {
            return List.of();
        }
        progress.accept(student.name() + " answers " + answered(texts) + " prompts");
        List<Answer> answers = new ArrayList<>();
        try (AnsweringStudent answering = template.answering(student.directory(), student.model())) {
            for (EvaluationText text : texts) {
                WordedPrompt prompt = worded(answering, text);
                boolean wanted = !text.references().isEmpty() && answering.takes(prompt);
                String answer = wanted ? answering.answer(prompt, maxNewTokens) : "";
                answers.add(new Answer(text.id(), answer, text.references()));
            }
        } catch (StudentException e) {
            throw new EvaluationException(student.name() + " cannot answer: " + e.getMessage(), e);
        }
        return answers;
    }

    /** As in training: a chat in the student's chat template, if it has one. */
    private static WordedPrompt worded(AnsweringStudent student, EvaluationText text) {
        AnsweredChat chat = text.chat();
        return chat != null
                        && student.rendersChats()
                        && student.word(chat.chat(), chat.now()) instanceof Outcome.Accepted<WordedPrompt> accepted
                ? accepted.value()
                : text.prompt();
    }

    private Map<Metric, Statistic> figures(List<Measured> measured, List<Answer> answers) {
        Map<Metric, Statistic> figures = new EnumMap<>(Figures.ofTexts(measured));
        figures.putAll(Figures.ofAnswers(
                scores,
                answers.stream().map(Answer::prediction).toList(),
                answers.stream().map(Answer::references).toList()));
        return figures;
    }

    private static StudentCounts counts(
            StudentSource student, List<TextEvaluation> evaluations, List<Measured> measured) {
        Map<RejectionCode, Integer> refused = new EnumMap<>(RejectionCode.class);
        for (TextEvaluation evaluation : evaluations) {
            if (evaluation instanceof Refused refusal) {
                refused.merge(refusal.kind(), 1, Integer::sum);
            }
        }
        return new StudentCounts(
                student.directory(),
                WeightFiles.sha256(student.directory()),
                Digests.sha256(student.directory().resolve(TextTokenizer.FILE_NAME)),
                refused,
                (int) measured.stream().filter(Measured::truncated).count(),
                measured.stream().mapToLong(Measured::tokens).sum(),
                measured.stream().mapToLong(Measured::bytes).sum());
    }

    private @Nullable Interval teacher(List<EvaluationText> texts) {
        List<TeacherTokens> responses = new ArrayList<>();
        for (EvaluationText text : texts) {
            TeacherTargets targets = text.targets();
            if (targets == null) {
                return null;
            }
            responses.add(targets.tokens());
        }
        return bootstrap.of(responses.size(), Figures.ofTeacher(responses));
    }

    private static int answered(List<EvaluationText> texts) {
        return (int) texts.stream().filter(text -> !text.references().isEmpty()).count();
    }

    private static String firstRefusal(List<List<TextEvaluation>> evaluations) {
        return evaluations.stream()
                .flatMap(List::stream)
                .filter(Refused.class::isInstance)
                .map(Refused.class::cast)
                .map(Refused::reason)
                .findFirst()
                .orElse("each is refused by another");
    }
}

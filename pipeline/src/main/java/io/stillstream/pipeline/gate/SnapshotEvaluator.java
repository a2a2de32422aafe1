package io.stillstream.pipeline.gate;

import io.stillstream.contract.file.Digests;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.evaluation.measure.AnsweredChat;
import io.stillstream.evaluation.measure.EvaluationText;
import io.stillstream.evaluation.measure.TextEvaluation;
import io.stillstream.evaluation.measure.TextEvaluator;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.adapter.AdapterConfig;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.rollout.gate.EvaluationFile;
import io.stillstream.rollout.gate.GateConfig;
import io.stillstream.rollout.gate.RecordEvaluation;
import io.stillstream.rollout.gate.RecordEvaluation.GreedyAnswer;
import io.stillstream.rollout.gate.Repetition;
import io.stillstream.rollout.gate.SnapshotEvaluation;
import io.stillstream.student.StudentException;
import io.stillstream.student.inference.AnsweringStudent;
import io.stillstream.student.inference.Sampling;
import io.stillstream.student.inference.WordedPrompt;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.examples.wording.TemplateChoice;
import io.stillstream.trainer.source.TargetsRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Evaluates snapshots record by record, each once: what was written beside the manifest is read instead. */
public final class SnapshotEvaluator {

    private final GateConfig config;
    private final int microBatchTokens;
    private final List<TargetsRecord> records;
    private final Set<String> forSlices;
    private final Set<String> answered;
    private final String input;

    /**
     * @param microBatchTokens the most tokens, padding included, that are in memory at once
     * @param records that every snapshot is evaluated on
     */
    public SnapshotEvaluator(GateConfig config, int microBatchTokens, GateRecords records) {
        this.config = config;
        this.microBatchTokens = microBatchTokens;
        this.records = records.all();
        this.forSlices =
                records.older().stream().map(TargetsRecord::coordinates).collect(Collectors.toUnmodifiableSet());
        this.answered = records.answered(config.answers());
        this.input = Digests.sha256(records.sha256() + " answers " + config.answers() + " of " + config.answerTokens());
    }

    /** The evaluation that is there, or else one that is made and written. */
    public SnapshotEvaluation evaluate(Snapshot snapshot) {
        SnapshotReference reference = reference(snapshot);
        Path file = EvaluationFile.path(snapshot.directory(), input);
        if (Files.exists(file)) {
            SnapshotEvaluation found = EvaluationFile.read(file);
            if (!found.snapshot().equals(reference) || !found.input().equals(input)) {
                throw new PipelineException(file + " is the evaluation of "
                        + found.snapshot().id() + " on other records; expected that of " + reference.id());
            }
            return found;
        }
        SnapshotEvaluation made = new SnapshotEvaluation(reference, input, make(snapshot.directory()));
        EvaluationFile.write(made, file);
        return made;
    }

    /** A snapshot with what tells its weights from others'. */
    public static SnapshotReference reference(Snapshot snapshot) {
        return new SnapshotReference(
                snapshot.manifest().id(),
                Snapshot.weights(snapshot.manifest().files())
                        .orElseThrow(() -> new PipelineException(
                                "the manifest in " + snapshot.directory() + " names no weights; expected some")));
    }

    private List<RecordEvaluation> make(Path directory) {
        if (records.isEmpty()) {
            return List.of();
        }
        Path model = model(directory);
        List<TextEvaluation> losses;
        try (TextEvaluator evaluator = TextEvaluator.open(directory, model, TemplateChoice.own(), microBatchTokens)) {
            losses = evaluator.evaluate(
                    records.stream().map(record -> text(record.targets())).toList());
        }
        List<RecordEvaluation> evaluations = new ArrayList<>();
        try (AnsweringStudent student = TemplateChoice.own().answering(directory, model)) {
            for (int i = 0; i < records.size(); i++) {
                TargetsRecord record = records.get(i);
                GreedyAnswer answer =
                        answered.contains(record.coordinates()) ? answer(student, record.targets()) : null;
                evaluations.add(evaluation(record, losses.get(i), answer));
            }
        }
        return evaluations;
    }

    private static Path model(Path directory) {
        try {
            return AdapterConfig.model(directory);
        } catch (HuggingFaceException e) {
            throw new PipelineException("the student in " + directory + " cannot be used: " + e.getMessage(), e);
        }
    }

    /** A text that the student refuses has no loss: the gate takes it for missing. */
    private RecordEvaluation evaluation(TargetsRecord record, TextEvaluation loss, @Nullable GreedyAnswer answer) {
        TeacherTargets targets = record.targets();
        int text = targets.tokens().textCount();
        boolean measured = loss instanceof TextEvaluation.Measured;
        return new RecordEvaluation(
                record.coordinates(),
                targets.conversationId(),
                targets.tenant(),
                forSlices.contains(record.coordinates()),
                measured ? ((TextEvaluation.Measured) loss).bytes() : 0,
                measured ? ((TextEvaluation.Measured) loss).nats() : Double.NaN,
                text == 0 ? 0 : targets.tokens().end(text - 1),
                targets.tokens().negativeLogLikelihood(text),
                answer);
    }

    private static EvaluationText text(TeacherTargets targets) {
        Chat asked = targets.input() instanceof Chat chat ? chat : null;
        boolean rendered = asked != null && !targets.teacher().template().isEmpty();
        return new EvaluationText(
                targets.promptId(),
                asked == null
                        ? null
                        : new AnsweredChat(asked, targets.response(), targets.finishReason(), targets.createdAt()),
                new WordedPrompt(targets.promptText(), rendered),
                targets.responseText(),
                targets,
                List.of());
    }

    /** Null where the student cannot read the prompt, or has no room for an answer. */
    private @Nullable GreedyAnswer answer(AnsweringStudent student, TeacherTargets targets) {
        Outcome<WordedPrompt> worded = student.rendersChats()
                ? student.word(targets.input(), targets.createdAt())
                : Outcome.accepted(new WordedPrompt(targets.promptText(), false));
        if (!(worded instanceof Outcome.Accepted<WordedPrompt> prompt)) {
            return null;
        }
        try {
            Outcome<AnsweringStudent.Answer> written =
                    student.answer(prompt.value(), config.answerTokens(), Sampling.GREEDY, piece -> {});
            if (!(written instanceof Outcome.Accepted<AnsweringStudent.Answer> accepted)) {
                return null;
            }
            AnsweringStudent.Answer answer = accepted.value();
            return new GreedyAnswer(
                    answer.text().isBlank(),
                    Repetition.isIn(answer.text()),
                    answer.finishReason() == FinishReason.LENGTH);
        } catch (StudentException e) {
            // Logits that are not finite: the loss of some record is NaN too, and there it fails the gate by name.
            return new GreedyAnswer(true, false, false);
        }
    }
}

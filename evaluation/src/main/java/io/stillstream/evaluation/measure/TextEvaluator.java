package io.stillstream.evaluation.measure;

import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.evaluation.EvaluationException;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.huggingface.tokenizer.TokenizedResponse;
import io.stillstream.student.batch.TokenSequence;
import io.stillstream.student.inference.SequenceEvaluation;
import io.stillstream.student.inference.StudentEvaluator;
import io.stillstream.student.model.Student;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.examples.ExampleTokenizer;
import io.stillstream.trainer.examples.TokenizedTarget;
import io.stillstream.trainer.examples.wording.FittedText;
import io.stillstream.trainer.examples.wording.StudentWording;
import io.stillstream.trainer.examples.wording.TemplateChoice;
import io.stillstream.trainer.examples.wording.TextFitter;
import io.stillstream.trainer.examples.wording.Wording;
import io.stillstream.trainer.heldout.Agreement;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Measures a student on texts, each in the student's own tokens. For one thread. */
public final class TextEvaluator implements AutoCloseable {

    private final Student student;
    private final TextTokenizer tokenizer;
    private final StudentEvaluator evaluator;
    private final ExampleTokenizer preparer;
    private final StudentWording wording;
    private final TextFitter fitter;

    /** @param scored what was made of a text that a teacher scored; null where none did */
    private record Prepared(
            int index,
            TokenSequence sequence,
            int bytes,
            boolean truncated,
            @Nullable TokenizedTarget scored) {}

    private TextEvaluator(Student student, TextTokenizer tokenizer, StudentWording wording, int microBatchTokens) {
        this.student = student;
        this.tokenizer = tokenizer;
        this.evaluator = new StudentEvaluator(student, microBatchTokens);
        this.preparer = new ExampleTokenizer(tokenizer, student.config(), wording);
        this.wording = wording;
        this.fitter = new TextFitter(tokenizer, student.config());
    }

    /**
     * @param model the directory itself, or the base of the adapter in it
     * @param template finds the chat template that the student is spoken to in
     * @param microBatchTokens the most tokens, padding included, that are in memory at once
     * @throws EvaluationException when the directory holds no student with its tokenizer
     */
    public static TextEvaluator open(Path directory, Path model, TemplateChoice template, int microBatchTokens) {
        try {
            DecoderConfig decoder = DecoderConfig.read(directory, model);
            TextTokenizer tokenizer = TextTokenizer.ofDecoder(directory, decoder);
            StudentWording wording = template.wording(directory, directory, tokenizer, decoder);
            return new TextEvaluator(wording.load(directory, model), tokenizer, wording, microBatchTokens);
        } catch (HuggingFaceException | TrainerException e) {
            throw new EvaluationException("the student cannot be used: " + e.getMessage(), e);
        }
    }

    /** One evaluation for each text, in their order. */
    public List<TextEvaluation> evaluate(List<EvaluationText> texts) {
        TextEvaluation[] evaluations = new TextEvaluation[texts.size()];
        List<Prepared> prepared = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            TeacherTargets targets = texts.get(i).targets();
            TextEvaluation.@Nullable Refused refused =
                    targets == null ? fit(i, texts.get(i), prepared) : prepare(i, targets, prepared);
            if (refused != null) {
                evaluations[i] = refused;
            }
        }
        if (!prepared.isEmpty()) {
            List<SequenceEvaluation> results =
                    evaluator.evaluate(prepared.stream().map(Prepared::sequence).toList());
            for (int i = 0; i < results.size(); i++) {
                evaluations[prepared.get(i).index()] = measured(prepared.get(i), results.get(i));
            }
        }
        return List.of(evaluations);
    }

    @Override
    public void close() {
        evaluator.close();
        student.close();
        tokenizer.close();
    }

    private TextEvaluation.@Nullable Refused prepare(int index, TeacherTargets targets, List<Prepared> prepared) {
        Outcome<TokenizedTarget> outcome = preparer.tokenize(targets);
        if (outcome instanceof Outcome.Rejected<TokenizedTarget> rejected) {
            return new TextEvaluation.Refused(
                    rejected.rejection().code(), rejected.rejection().detail());
        }
        TokenizedTarget sequence = ((Outcome.Accepted<TokenizedTarget>) outcome).value();
        prepared.add(
                new Prepared(index, sequence.responseOnly(), sequence.responseBytes(), sequence.truncated(), sequence));
        return null;
    }

    private TextEvaluation.@Nullable Refused fit(int index, EvaluationText text, List<Prepared> prepared) {
        Outcome<Wording> worded = word(text);
        if (worded instanceof Outcome.Rejected<Wording> rejected) {
            return new TextEvaluation.Refused(
                    rejected.rejection().code(), rejected.rejection().detail());
        }
        Outcome<FittedText> outcome = fitter.fit(((Outcome.Accepted<Wording>) worded).value());
        if (outcome instanceof Outcome.Rejected<FittedText> rejected) {
            return new TextEvaluation.Refused(
                    rejected.rejection().code(), rejected.rejection().detail());
        }
        FittedText fitted = ((Outcome.Accepted<FittedText>) outcome).value();
        TokenizedResponse tokens = fitted.tokens();
        int[] prompt = tokens.promptIds();
        int[] ends = tokens.responseEnds();
        int[] ids = IntStream.concat(IntStream.of(prompt), IntStream.of(tokens.responseIds()))
                .toArray();
        prepared.add(new Prepared(
                index,
                new TokenSequence(ids, prompt.length, ends.length),
                ends[ends.length - 1],
                fitted.truncated(),
                null));
        return null;
    }

    private Outcome<Wording> word(EvaluationText text) {
        AnsweredChat chat = text.chat();
        return chat == null || wording.template().isEmpty()
                ? Outcome.accepted(wording.of(text.prompt(), text.text()))
                : wording.of(chat.chat(), chat.answer(), chat.finishReason(), chat.now());
    }

    private TextEvaluation.Measured measured(Prepared prepared, SequenceEvaluation result) {
        int[] choices =
                IntStream.range(0, result.tokens()).map(result::prediction).toArray();
        TokenizedTarget scored = prepared.scored();
        return new TextEvaluation.Measured(
                result.negativeLogLikelihood(),
                result.tokens(),
                prepared.bytes(),
                prepared.truncated(),
                Calibration.of(prepared.sequence(), result),
                scored == null ? Agreement.NONE : Agreement.count(scored, choices, tokenizer, null));
    }
}

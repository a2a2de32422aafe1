package io.stillstream.trainer.examples;

import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.huggingface.tokenizer.TokenizedResponse;
import io.stillstream.trainer.examples.wording.FittedText;
import io.stillstream.trainer.examples.wording.StudentWording;
import io.stillstream.trainer.examples.wording.TextFitter;
import io.stillstream.trainer.examples.wording.Wording;
import io.stillstream.trainer.step.TrainingSequence;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Puts records into the student's wording and tokens.
 *
 * <p>A response that does not fit the student's context window is truncated there, and the teacher's positions at the
 * same byte; a prompt that alone fills the window leaves nothing to learn, and the record is rejected.
 */
public final class ExampleTokenizer {

    private final TextFitter fitter;
    private final DecoderConfig student;
    private final StudentWording wording;

    public ExampleTokenizer(TextTokenizer tokenizer, DecoderConfig student, StudentWording wording) {
        this.fitter = new TextFitter(tokenizer, student);
        this.student = student;
        this.wording = wording;
    }

    public Outcome<TokenizedTarget> tokenize(TeacherTargets targets) {
        Outcome<Wording> worded = wording.of(targets);
        if (worded instanceof Outcome.Rejected<Wording> rejected) {
            return new Outcome.Rejected<>(rejected.rejection());
        }
        Wording chosen = ((Outcome.Accepted<Wording>) worded).value();
        Outcome<FittedText> outcome = fitter.fit(chosen);
        if (outcome instanceof Outcome.Rejected<FittedText> rejected) {
            return new Outcome.Rejected<>(rejected.rejection());
        }
        FittedText text = ((Outcome.Accepted<FittedText>) outcome).value();
        TokenizedResponse tokens = text.tokens();
        int[] labels = targets.finishReason().endsText() ? withEnd(text, chosen.end()) : tokens.responseIds();
        int[] ends = tokens.responseEnds();
        return Outcome.accepted(new TokenizedTarget(
                targets,
                tokens.promptIds(),
                labels,
                ends,
                TeacherPlaces.of(targets.tokens(), targets.responseText(), chosen.response(), ends[ends.length - 1]),
                chosen.end(),
                text.truncated()));
    }

    /**
     * A text to learn after a record's prompt, with its end or truncated at the context window; empty when prompt or text leave
     * nothing to learn.
     */
    Optional<TrainingSequence> prepareLabels(TeacherTargets targets, String text) {
        if (!(wording.of(targets, text) instanceof Outcome.Accepted<Wording> worded)
                || !(fitter.fit(worded.value()) instanceof Outcome.Accepted<FittedText> accepted)) {
            return Optional.empty();
        }
        int[] prompt = accepted.value().tokens().promptIds();
        int[] labels = withEnd(accepted.value(), worded.value().end());
        int[] ids = Arrays.copyOf(prompt, prompt.length + labels.length);
        System.arraycopy(labels, 0, ids, prompt.length, labels.length);
        return Optional.of(TrainingSequence.withoutTeacher(ids, prompt.length, labels.length));
    }

    /** The text's tokens and, where all of them are there and the window has room, the one that ends it. */
    private int[] withEnd(FittedText text, OptionalInt end) {
        int[] ids = text.tokens().responseIds();
        int length = text.tokens().promptIds().length + ids.length;
        if (text.truncated() || end.isEmpty() || length >= student.contextWindow()) {
            return ids;
        }
        int[] labels = Arrays.copyOf(ids, ids.length + 1);
        labels[ids.length] = end.getAsInt();
        return labels;
    }
}

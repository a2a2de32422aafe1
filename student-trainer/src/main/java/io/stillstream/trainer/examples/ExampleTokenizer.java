package io.stillstream.trainer.examples;

import io.stillstream.contract.FinishReason;
import io.stillstream.contract.TeacherTargets;
import io.stillstream.contract.TeacherTokens;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.huggingface.tokenizer.TokenizedResponse;
import io.stillstream.trainer.step.TrainingSequence;
import java.util.Arrays;
import java.util.Optional;

/**
 * Puts records into the student's own tokens.
 *
 * <p>What does not fit the student's context window: a response is cut at the window, and the teacher's positions at
 * the same byte; a prompt that alone fills the window leaves nothing to learn, and the record is refused.
 */
public final class ExampleTokenizer {

    private final TextFitter fitter;
    private final DecoderConfig student;

    public ExampleTokenizer(TextTokenizer tokenizer, DecoderConfig student) {
        this.fitter = new TextFitter(tokenizer, student);
        this.student = student;
    }

    public Preparation prepare(TeacherTargets targets) {
        TextFit fit = fitter.fit(targets.promptText(), targets.responseText());
        if (fit instanceof TextFit.Refused refused) {
            return new Preparation.Refused(refused.kind(), refused.reason());
        }
        TextFit.Fitted fitted = (TextFit.Fitted) fit;
        TokenizedResponse tokens = fitted.tokens();
        int[] labels = targets.ending() == FinishReason.STOP ? ended(fitted) : tokens.responseIds();
        return new Preparation.Ready(
                sequence(targets, tokens.promptIds(), labels, tokens.responseEnds()), fitted.cut());
    }

    /**
     * A text to learn after a prompt, whole with its end, or cut at the context window; empty when prompt or text leave
     * nothing to learn.
     */
    Optional<TrainingSequence> prepareLabels(String promptText, String text) {
        if (!(fitter.fit(promptText, text) instanceof TextFit.Fitted fitted)) {
            return Optional.empty();
        }
        int[] prompt = fitted.tokens().promptIds();
        int[] labels = ended(fitted);
        int[] ids = Arrays.copyOf(prompt, prompt.length + labels.length);
        System.arraycopy(labels, 0, ids, prompt.length, labels.length);
        return Optional.of(TrainingSequence.withoutTeacher(ids, prompt.length, labels.length));
    }

    /** The text's tokens and, where it is whole and the window has room, the one that ends a text. */
    private int[] ended(TextFit.Fitted fitted) {
        int[] ids = fitted.tokens().responseIds();
        int length = fitted.tokens().promptIds().length + ids.length;
        boolean ends = !fitted.cut() && !student.eosTokenIds().isEmpty() && length < student.contextWindow();
        return ends ? withEnd(ids) : ids;
    }

    private int[] withEnd(int[] ids) {
        int[] labels = Arrays.copyOf(ids, ids.length + 1);
        labels[ids.length] = student.eosTokenIds().get(0);
        return labels;
    }

    private static TokenizedTarget sequence(TeacherTargets targets, int[] prompt, int[] labels, int[] responseEnds) {
        return new TokenizedTarget(
                targets,
                prompt,
                labels,
                responseEnds,
                positionsUpTo(targets.tokens(), responseEnds[responseEnds.length - 1]));
    }

    private static int positionsUpTo(TeacherTokens tokens, int end) {
        int positions = tokens.count();
        while (positions > 1 && tokens.end(positions - 1) > end) {
            positions--;
        }
        return positions;
    }
}

package io.stillstream.trainer.examples;

import io.stillstream.contract.Outcome;
import io.stillstream.contract.TeacherTargets;
import io.stillstream.contract.TeacherTokens;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.huggingface.tokenizer.TokenizedResponse;
import io.stillstream.trainer.step.TrainingSequence;
import java.util.Arrays;
import java.util.Optional;

/**
 * Tokenizes records for the student.
 *
 * <p>A response that does not fit the student's context window is truncated there, and the teacher's positions at the
 * same byte; a prompt that alone fills the window leaves nothing to learn, and the record is rejected.
 */
public final class ExampleTokenizer {

    private final TextFitter fitter;
    private final DecoderConfig student;

    public ExampleTokenizer(TextTokenizer tokenizer, DecoderConfig student) {
        this.fitter = new TextFitter(tokenizer, student);
        this.student = student;
    }

    public Outcome<TokenizedTarget> tokenize(TeacherTargets targets) {
        Outcome<FittedText> outcome = fitter.fit(targets.promptText(), targets.responseText());
        if (outcome instanceof Outcome.Rejected<FittedText> rejected) {
            return new Outcome.Rejected<>(rejected.rejection());
        }
        FittedText text = ((Outcome.Accepted<FittedText>) outcome).value();
        TokenizedResponse tokens = text.tokens();
        int[] labels = targets.finishReason().endsText() ? withEnd(text) : tokens.responseIds();
        int[] ends = tokens.responseEnds();
        return Outcome.accepted(new TokenizedTarget(
                targets,
                tokens.promptIds(),
                labels,
                ends,
                positionsUpTo(targets.tokens(), ends[ends.length - 1]),
                text.truncated()));
    }

    /**
     * A text to learn after a prompt, with its end or truncated at the context window; empty when prompt or text leave
     * nothing to learn.
     */
    Optional<TrainingSequence> prepareLabels(String promptText, String text) {
        if (!(fitter.fit(promptText, text) instanceof Outcome.Accepted<FittedText> accepted)) {
            return Optional.empty();
        }
        int[] prompt = accepted.value().tokens().promptIds();
        int[] labels = withEnd(accepted.value());
        int[] ids = Arrays.copyOf(prompt, prompt.length + labels.length);
        System.arraycopy(labels, 0, ids, prompt.length, labels.length);
        return Optional.of(TrainingSequence.withoutTeacher(ids, prompt.length, labels.length));
    }

    /** The text's tokens and, where all of them are there and the window has room, the one that ends a text. */
    private int[] withEnd(FittedText text) {
        int[] ids = text.tokens().responseIds();
        int length = text.tokens().promptIds().length + ids.length;
        if (text.truncated() || student.eosTokenIds().isEmpty() || length >= student.contextWindow()) {
            return ids;
        }
        int[] labels = Arrays.copyOf(ids, ids.length + 1);
        labels[ids.length] = student.eosTokenIds().get(0);
        return labels;
    }

    private static int positionsUpTo(TeacherTokens tokens, int end) {
        int positions = tokens.textCount();
        while (positions > 1 && tokens.end(positions - 1) > end) {
            positions--;
        }
        return positions;
    }
}

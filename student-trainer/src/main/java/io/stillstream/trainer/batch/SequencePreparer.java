package io.stillstream.trainer.batch;

import io.stillstream.contract.ContractException;
import io.stillstream.contract.Ending;
import io.stillstream.contract.TeacherTargets;
import io.stillstream.contract.TeacherTokens;
import io.stillstream.contract.huggingface.DecoderConfig;
import io.stillstream.contract.tokenizer.TextTokenizer;
import io.stillstream.contract.tokenizer.TokenizedResponse;
import io.stillstream.monitoring.DeadLetterReason;
import io.stillstream.trainer.student.TrainingSequence;
import java.util.Arrays;
import java.util.Optional;

/**
 * Puts records into the student's own tokens.
 *
 * <p>What does not fit the student's context window: a response is cut at the window, and the teacher's positions at
 * the same byte; a prompt that alone fills the window leaves nothing to learn, and the record is refused.
 */
public final class SequencePreparer {

    private final TextTokenizer tokenizer;
    private final DecoderConfig student;

    public SequencePreparer(TextTokenizer tokenizer, DecoderConfig student) {
        this.tokenizer = tokenizer;
        this.student = student;
    }

    public Preparation prepare(TeacherTargets targets) {
        TokenizedResponse tokens;
        try {
            tokens = tokenizer.encode(targets.promptText(), targets.responseText());
        } catch (ContractException e) {
            return new Preparation.Refused(
                    DeadLetterReason.OTHER, "the student's tokenizer cannot cut it: " + e.getMessage());
        }
        int[] prompt = started(tokens.promptIds());
        int window = student.contextWindow();
        int room = window - prompt.length;
        if (prompt.length == 0) {
            return new Preparation.Refused(
                    DeadLetterReason.EMPTY_PROMPT,
                    "the prompt has no token before the response, and the student has none that begins a text");
        }
        if (room < 1) {
            return new Preparation.Refused(
                    DeadLetterReason.CONTEXT_WINDOW,
                    "the prompt has " + prompt.length + " tokens; the student's context window is " + window);
        }
        int[] ids = tokens.responseIds();
        if (ids.length > room) {
            return new Preparation.Ready(
                    sequence(targets, prompt, Arrays.copyOf(ids, room), Arrays.copyOf(tokens.responseEnds(), room)),
                    true);
        }
        boolean stops =
                targets.ending() == Ending.STOP && !student.eosTokenIds().isEmpty() && ids.length < room;
        return new Preparation.Ready(
                sequence(targets, prompt, stops ? withEnd(ids) : ids, tokens.responseEnds()), false);
    }

    /**
     * A text to learn after a prompt, whole with its end, or cut at the context window; empty when prompt or text leave
     * nothing to learn.
     */
    Optional<TrainingSequence> prepareLabels(String promptText, String text) {
        TokenizedResponse tokens;
        try {
            tokens = tokenizer.encode(promptText, text);
        } catch (ContractException e) {
            return Optional.empty();
        }
        int[] prompt = started(tokens.promptIds());
        int room = student.contextWindow() - prompt.length;
        if (prompt.length == 0 || room < 1) {
            return Optional.empty();
        }
        int[] whole = student.eosTokenIds().isEmpty() ? tokens.responseIds() : withEnd(tokens.responseIds());
        int[] labels = whole.length > room ? Arrays.copyOf(whole, room) : whole;
        int[] ids = Arrays.copyOf(prompt, prompt.length + labels.length);
        System.arraycopy(labels, 0, ids, prompt.length, labels.length);
        return Optional.of(TrainingSequence.withoutTeacher(ids, prompt.length, labels.length));
    }

    /** A first response token needs something to follow, also where the prompt is no token of its own. */
    private int[] started(int[] prompt) {
        Integer beginning = student.bosTokenId();
        return prompt.length == 0 && beginning != null ? new int[] {beginning} : prompt;
    }

    private int[] withEnd(int[] ids) {
        int[] labels = Arrays.copyOf(ids, ids.length + 1);
        labels[ids.length] = student.eosTokenIds().get(0);
        return labels;
    }

    private static TargetSequence sequence(TeacherTargets targets, int[] prompt, int[] labels, int[] responseEnds) {
        return new TargetSequence(
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

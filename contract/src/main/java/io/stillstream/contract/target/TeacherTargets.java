package io.stillstream.contract.target;

import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.PromptInput;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.prompt.ResponseSource;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.ContractException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The teacher's distributions over one response: all that a student needs to learn from it, whatever its tokenizer.
 *
 * @param input what was asked: a student with a chat template of its own renders it anew
 * @param promptText exactly what the teacher saw before the response, with its chat template rendered
 * @param response what was answered, as a message
 * @param responseText the same as the teacher's chat template renders it, without the end of the turn
 * @param reference ground truth, where the prompt carried one
 * @param vocabulary what the ids of tokens and columns are of: the teacher's, or a student's
 * @param finishReason why the response ends; a student learns to stop only where it {@link FinishReason#endsText ends the text}
 * @param author who wrote the response
 * @param createdAt when the prompt was asked
 */
public record TeacherTargets(
        String promptId,
        String conversationId,
        String tenant,
        PromptInput input,
        String promptText,
        Message response,
        String responseText,
        @Nullable String reference,
        TeacherIdentity teacher,
        Vocabulary vocabulary,
        TeacherTokens tokens,
        RankedColumns columns,
        FinishReason finishReason,
        Split split,
        Author author,
        Instant createdAt,
        Instant scoredAt) {

    /** One character of three bytes, normalized by Unicode's compatibility forms, is 18; a token has one byte at least. */
    private static final int POSITIONS_PER_BYTE = 16;

    /** For tokens that stand for no text, whatever its length. */
    private static final int POSITIONS_WITHOUT_TEXT = 1024;

    public TeacherTargets {
        if (tokens.count() != columns.positions()) {
            throw new ContractException("prompt '" + promptId + "' has " + tokens.count() + " tokens and columns for "
                    + columns.positions() + " positions");
        }
        Prompt.requireTime("prompt '" + promptId + "': created_at", createdAt);
        Prompt.requireTime("prompt '" + promptId + "': scored_at", scoredAt);
        int bytes = responseText.getBytes(StandardCharsets.UTF_8).length;
        int covered = tokens.end(tokens.count() - 1);
        if (covered != bytes) {
            throw new ContractException(
                    "prompt '" + promptId + "': tokens cover " + covered + " bytes of a response of " + bytes);
        }
        requirePositions(tokens.count(), bytes);
        if (columns.k() > vocabulary.size()) {
            throw new ContractException("prompt '" + promptId + "' keeps " + columns.k()
                    + " columns of a vocabulary of " + vocabulary.size());
        }
        int rowsOfIds = columns.selection() == Selection.SEQUENCE ? 1 : columns.positions();
        for (int t = 0; t < rowsOfIds; t++) {
            for (int column = 0; column < columns.k(); column++) {
                vocabulary.requireId(
                        "prompt '" + promptId + "': column " + column + " at position " + t, columns.id(t, column));
            }
        }
        for (int t = 0; t < tokens.count(); t++) {
            vocabulary.requireIdOrNone("prompt '" + promptId + "': the token at position " + t, tokens.id(t));
        }
    }

    /**
     * The targets of one prompt's response.
     *
     * @param promptText exactly what the teacher saw before the response
     * @param vocabulary what the ids of the response's tokens and columns are of
     * @throws ContractException when these do not belong together
     */
    public static TeacherTargets of(
            Prompt prompt,
            String promptText,
            ScoredResponse scored,
            TeacherIdentity teacher,
            Vocabulary vocabulary,
            Instant scoredAt) {
        Response given = prompt.response();
        return new TeacherTargets(
                prompt.id(),
                prompt.conversationId(),
                prompt.tenant(),
                prompt.input(),
                promptText,
                given == null ? Message.assistant(scored.text()) : given.message(),
                scored.text(),
                prompt.reference(),
                teacher,
                vocabulary,
                scored.tokens(),
                scored.columns(),
                scored.finishReason(),
                prompt.split(),
                given == null ? Author.TEACHER : given.author(),
                prompt.createdAt(),
                scoredAt);
    }

    /**
     * Bounds what a response costs by its text, so that a small record is small in memory too.
     *
     * @param bytes of the response's text
     * @throws ContractException for more positions than any tokenizer has for so much text
     */
    public static void requirePositions(int positions, int bytes) {
        long most = (long) POSITIONS_PER_BYTE * bytes + POSITIONS_WITHOUT_TEXT;
        if (positions < 0 || positions > most) {
            throw new ContractException(Integer.toUnsignedString(positions) + " positions of a response of " + bytes
                    + " bytes; expected at most " + most);
        }
    }

    /** Whether the ids are those of a student's vocabulary, onto which the teacher's probabilities were added up. */
    public boolean projected() {
        return !vocabulary.tokenizer().equals(teacher.tokenizer());
    }

    public ResponseSource responseSource() {
        return author.source();
    }
}

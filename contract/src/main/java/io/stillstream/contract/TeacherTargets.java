package io.stillstream.contract;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The teacher's distributions over one response: all that a student needs to learn from it, whatever its tokenizer.
 *
 * @param promptText exactly what the teacher saw before the response, with its chat template rendered
 * @param reference ground truth, where the prompt carried one
 * @param vocabularySize the teacher's V, of which K columns are kept
 * @param finishReason why the response ends; a student learns to stop only after {@link FinishReason#STOP}
 * @param responseSource who wrote the response
 * @param createdAt when the prompt was asked
 */
public record TeacherTargets(
        String promptId,
        String conversationId,
        String tenant,
        String promptText,
        String responseText,
        @Nullable String reference,
        TeacherIdentity teacher,
        int vocabularySize,
        TeacherTokens tokens,
        RankedColumns columns,
        FinishReason finishReason,
        Split split,
        ResponseSource responseSource,
        Instant createdAt,
        Instant scoredAt) {

    public TeacherTargets {
        if (tokens.count() != columns.positions()) {
            throw new ContractException("prompt '" + promptId + "' has " + tokens.count() + " tokens and columns for "
                    + columns.positions() + " positions");
        }
        int bytes = responseText.getBytes(StandardCharsets.UTF_8).length;
        int covered = tokens.end(tokens.count() - 1);
        if (covered != bytes) {
            throw new ContractException(
                    "prompt '" + promptId + "': tokens cover " + covered + " bytes of a response of " + bytes);
        }
        if (columns.k() > vocabularySize) {
            throw new ContractException(
                    "prompt '" + promptId + "' keeps " + columns.k() + " columns of a vocabulary of " + vocabularySize);
        }
        int rowsOfIds = columns.selection() == Selection.SEQUENCE ? 1 : columns.positions();
        for (int t = 0; t < rowsOfIds; t++) {
            for (int column = 0; column < columns.k(); column++) {
                int id = columns.id(t, column);
                if (id < 0 || id >= vocabularySize) {
                    throw new ContractException("prompt '" + promptId + "': column " + column + " at position " + t
                            + " is token " + Integer.toUnsignedString(id) + "; expected one of a vocabulary of "
                            + vocabularySize);
                }
            }
        }
    }
}

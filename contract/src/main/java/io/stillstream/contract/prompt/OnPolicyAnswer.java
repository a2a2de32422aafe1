package io.stillstream.contract.prompt;

import io.stillstream.contract.rejection.ContractException;
import java.time.Instant;

/**
 * A student's own answer to a prompt of the stream, for training alone: nobody was served it. Its id says which prompt was answered,
 * and by which snapshot.
 */
public final class OnPolicyAnswer {

    private static final String MARK = "/on-policy/";

    private OnPolicyAnswer() {}

    /**
     * The prompt asked again, in the same conversation, and answered so by a student.
     *
     * @param prompt that somebody asked
     * @param response by a student
     * @param at when it was written
     * @throws ContractException when no student wrote the response
     */
    public static Prompt of(Prompt prompt, Response response, Instant at) {
        String snapshot = response.author().snapshot();
        if (snapshot == null) {
            throw new ContractException("the response to prompt '" + prompt.id() + "' is of source "
                    + response.author().source() + "; expected " + ResponseSource.STUDENT);
        }
        Prompt again = prompt.asked(prompt.id() + MARK + snapshot, at);
        return new Prompt(
                again.id(),
                again.conversationId(),
                again.input(),
                response,
                null,
                again.tenant(),
                again.createdAt(),
                again.split(),
                Production.UNKNOWN,
                again.metadata());
    }

    /** Whether a record of this id was written for training alone. */
    public static boolean is(String promptId, Author author) {
        return author.snapshot() != null && promptId.endsWith(MARK + author.snapshot());
    }
}

package io.stillstream.serving.onpolicy;

import io.stillstream.contract.file.Digests;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.ResponseSource;
import io.stillstream.contract.prompt.Split;
import java.util.function.Predicate;

/**
 * Which prompts a student answers: those to train on that ask for a text, a share of them by their ids. Every process chooses alike,
 * and a greater share has all prompts of a smaller one. What a student has answered is not answered again.
 */
final class ChosenPrompts implements Predicate<Prompt> {

    /** Other uses of the same ids must not choose the same prompts. */
    private static final String KEY = "stillstream on-policy\n";

    private final double share;

    ChosenPrompts(double share) {
        this.share = share;
    }

    @Override
    public boolean test(Prompt prompt) {
        return prompt.split() == Split.TRAIN
                && asksForText(prompt)
                && !isStudentWritten(prompt)
                && isInShare(prompt.id());
    }

    private boolean isInShare(String id) {
        return Digests.fraction(KEY + id) < share;
    }

    private static boolean isStudentWritten(Prompt prompt) {
        return prompt.response() != null && prompt.response().author().source() == ResponseSource.STUDENT;
    }

    /** A call of a tool would be written as text, and the beginning of an answer is somebody else's. */
    private static boolean asksForText(Prompt prompt) {
        return !(prompt.input() instanceof Chat chat) || (chat.tools().isEmpty() && !chat.continued());
    }
}

package io.stillstream.pipeline.generate;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rejection.Outcome;
import java.util.List;
import java.util.function.Consumer;

/** A model that answers prompts, chats in its own chat template. What a prompt has as its response is not looked at. */
public interface AnsweringModel extends AutoCloseable {

    /** @param finishReason {@code LENGTH} where the model did not end the text itself */
    record Answer(String text, FinishReason finishReason) {}

    /**
     * Answers a prompt, told as the answer is written.
     *
     * @param pieces given the text in pieces of whole characters
     * @return rejected where the model cannot read the prompt, or writes nothing that is text
     */
    Outcome<Answer> answer(Prompt prompt, Consumer<String> pieces);

    /** Answers several prompts, at once where that is faster; one outcome for each, in their order. */
    List<Outcome<Answer>> answer(List<Prompt> prompts);

    @Override
    void close();
}

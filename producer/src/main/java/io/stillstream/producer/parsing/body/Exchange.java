package io.stillstream.producer.parsing.body;

import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.PromptInput;
import io.stillstream.contract.prompt.Response;
import org.jspecify.annotations.Nullable;

/**
 * What was asked and what was answered.
 *
 * @param answer null where nobody answered yet
 */
public record Exchange(PromptInput input, @Nullable Answer answer) {

    /** The answer as production's; null where there is none. */
    public @Nullable Response response() {
        return answer == null ? null : new Response(answer.message(), answer.ends(), answer.index(), Author.PRODUCTION);
    }
}

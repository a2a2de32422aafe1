package io.stillstream.serving.api.request;

import java.util.List;

/** What a completion goes on with. */
public sealed interface TextPrompt {

    record Text(String text) implements TextPrompt {}

    /** @param ids the model's own, at least one */
    record Tokens(List<Integer> ids) implements TextPrompt {

        public Tokens {
            ids = List.copyOf(ids);
        }
    }
}

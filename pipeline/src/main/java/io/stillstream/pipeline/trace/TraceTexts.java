package io.stillstream.pipeline.trace;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.PromptInput;
import java.util.stream.Collectors;

/** The words of a prompt, for people. */
final class TraceTexts {

    private TraceTexts() {}

    /** A chat has a line for each text of a message, after its role. */
    static String of(PromptInput input) {
        if (input instanceof PlainText plain) {
            return plain.text();
        }
        return ((Chat) input)
                .messages().stream()
                        .map(message -> message.role() + ": "
                                + message.texts()
                                        .filter(text -> !text.equals(message.role()))
                                        .collect(Collectors.joining("\n  ")))
                        .collect(Collectors.joining("\n"));
    }
}

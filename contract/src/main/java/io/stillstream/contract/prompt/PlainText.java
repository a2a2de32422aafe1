package io.stillstream.contract.prompt;

import java.util.stream.Stream;

/** A plain text, which a model continues as it is. */
public record PlainText(String text) implements PromptInput {

    @Override
    public boolean blank() {
        return text.isBlank();
    }

    @Override
    public Stream<String> texts() {
        return Stream.of(text);
    }
}

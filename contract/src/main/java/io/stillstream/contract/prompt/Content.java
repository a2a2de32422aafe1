package io.stillstream.contract.prompt;

import java.util.List;
import java.util.stream.Collectors;

/** The text of a message: one text, or the texts of its parts. Chat templates may render the two differently. */
public sealed interface Content {

    /** No content, as in a message that only calls tools. */
    record Absent() implements Content {}

    record Text(String text) implements Content {}

    /** @param texts one for each part; the wire has parts of text alone */
    record Parts(List<String> texts) implements Content {

        public Parts {
            texts = List.copyOf(texts);
        }
    }

    static Content absent() {
        return new Absent();
    }

    static Content of(String text) {
        return new Text(text);
    }

    /** All of it; a line break is between two parts, as vLLM puts one there. Empty where there is none. */
    default String joined() {
        if (this instanceof Text text) {
            return text.text();
        }
        return this instanceof Parts parts ? parts.texts().stream().collect(Collectors.joining("\n")) : "";
    }
}

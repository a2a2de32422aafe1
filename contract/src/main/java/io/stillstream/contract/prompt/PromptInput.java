package io.stillstream.contract.prompt;

import java.util.stream.Stream;

/** What a response continues: a chat, which a model's chat template renders, or a plain text. */
public sealed interface PromptInput permits Chat, PlainText {

    /** Whether it holds no text and no tool call at all. */
    boolean blank();

    /** Every text that it is made of, for checks; in no particular order. */
    Stream<String> texts();
}

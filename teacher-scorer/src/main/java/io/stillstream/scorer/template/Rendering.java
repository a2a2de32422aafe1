package io.stillstream.scorer.template;

/** What came of rendering a conversation. */
public sealed interface Rendering {

    /** The text that the model continues. */
    record Rendered(String text) implements Rendering {}

    /**
     * The template itself refuses the conversation.
     *
     * @param reason what it says
     */
    record Refused(String reason) implements Rendering {}

    /**
     * The template uses what cannot be rendered here.
     *
     * @param reason names the construct
     */
    record Unsupported(String reason) implements Rendering {}
}

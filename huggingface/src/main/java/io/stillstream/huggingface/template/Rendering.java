package io.stillstream.huggingface.template;

/** The result of rendering a conversation. */
public sealed interface Rendering {

    /** The text that the model continues. */
    record Rendered(String text) implements Rendering {}

    /** The conversation could not be rendered. */
    sealed interface Failed extends Rendering, TurnRendering {

        /** Why, in a sentence for the sender of the conversation. */
        String message();
    }

    /**
     * The template itself refuses the conversation, with {@code raise_exception}.
     *
     * @param reason the template's message
     */
    record Refused(String reason) implements Failed {

        @Override
        public String message() {
            return "the chat template refuses the conversation: " + reason;
        }
    }

    /**
     * The template uses a construct that is not supported.
     *
     * @param reason names the construct
     */
    record Unsupported(String reason) implements Failed {

        @Override
        public String message() {
            return "the chat template cannot render the conversation: " + reason;
        }
    }
}

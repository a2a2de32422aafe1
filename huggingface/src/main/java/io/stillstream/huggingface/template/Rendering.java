package io.stillstream.huggingface.template;

/** What came of rendering a conversation. */
public sealed interface Rendering {

    /** The text that the model continues. */
    record Rendered(String text) implements Rendering {}

    /** There is no text. */
    sealed interface Failed extends Rendering {

        /** Says why, to whoever sent the conversation. */
        String message();
    }

    /**
     * The template itself refuses the conversation.
     *
     * @param reason what it says
     */
    record Refused(String reason) implements Failed {

        @Override
        public String message() {
            return "the chat template refuses the conversation: " + reason;
        }
    }

    /**
     * The template uses what cannot be rendered here.
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

package io.stillstream.huggingface.template;

/**
 * A conversation with its response, in three pieces that together are what transformers' {@code apply_chat_template} gives
 * for all of the messages without a generation prompt.
 *
 * @param prompt what the model continues. The rendering with the generation prompt, where that is how the whole rendering
 *     begins; a thinking model's template may open a thought in the generation prompt that it leaves out of a finished turn,
 *     and then it is the part that both share
 * @param response what the template writes for the response, a call of a tool included
 * @param end what ends the turn: the model's token, as text, and the white space after it. Empty where the template writes
 *     none
 */
public record RenderedTurn(String prompt, String response, String end) implements TurnRendering {

    /** All of the rendering. */
    public String text() {
        return prompt + response + end;
    }
}

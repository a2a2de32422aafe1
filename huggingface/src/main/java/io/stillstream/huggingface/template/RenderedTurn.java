package io.stillstream.huggingface.template;

/**
 * A conversation with its response, in three pieces that together are what transformers' {@code apply_chat_template} gives
 * for all of the messages without a generation prompt. Two kinds of templates need care:
 *
 * <ul>
 *   <li>A thinking model's may open a thought in the generation prompt that it leaves out of a finished turn: {@code prompt} is
 *       then the part that both share.
 *   <li>Some write the last messages otherwise once a response follows them, a system text with the last message of the chat,
 *       say. {@code prompt} is then the rendering with the generation prompt, which is what the model answers, and the rest is
 *       the end of the whole rendering.
 * </ul>
 *
 * @param prompt what the model continues: the rendering with the generation prompt, but for the first kind above
 * @param response what the template writes for the response, a call of a tool included
 * @param end what ends the turn: the model's token, as text, and the white space after it. Empty where the template writes
 *     none
 */
public record RenderedTurn(String prompt, String response, String end) implements TurnRendering {

    /** All of it. */
    public String text() {
        return prompt + response + end;
    }
}

package io.stillstream.evaluation.bakeoff.run;

/**
 * How long a text of the stream is for a student, whatever an arm makes of it.
 *
 * @param tokens of prompt and response; 0 where the student cannot take the text
 * @param labelTokens of the response, with the end of the text where it is to be learned
 */
public record TextLength(int tokens, int labelTokens) {

    static final TextLength NONE = new TextLength(0, 0);
}

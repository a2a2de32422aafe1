package io.stillstream.serving.answer;

import java.util.List;

/**
 * A piece of an answer.
 *
 * @param text of whole characters
 * @param tokens those that it ends with or that begin in it, each in one piece alone
 */
public record Piece(String text, List<AnsweredToken> tokens) {

    public Piece {
        tokens = List.copyOf(tokens);
    }

    boolean isEmpty() {
        return text.isEmpty() && tokens.isEmpty();
    }
}

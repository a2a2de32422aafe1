package io.stillstream.serving.answer;

import io.stillstream.serving.engine.TokenChoice;
import io.stillstream.serving.weights.ServedSnapshot;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** How the API spells tokens and their log-probabilities. */
final class TokenTexts {

    /** As OpenAI writes what JSON has no number for. */
    private static final double LOWEST = -9999;

    private final ServedSnapshot snapshot;

    TokenTexts(ServedSnapshot snapshot) {
        this.snapshot = snapshot;
    }

    /** Part of a character is a replacement character. */
    String text(int id) {
        return new String(snapshot.bytes(id), StandardCharsets.UTF_8);
    }

    List<Integer> bytes(int id) {
        List<Integer> bytes = new ArrayList<>();
        for (byte one : snapshot.bytes(id)) {
            bytes.add(Byte.toUnsignedInt(one));
        }
        return bytes;
    }

    static double logprob(TokenChoice choice) {
        return number(choice.logprob());
    }

    /** That of one of the most likely tokens. */
    static double topLogprob(TokenChoice choice, int rank) {
        return number(choice.topLogprobs()[rank]);
    }

    private static double number(float logprob) {
        return Float.isFinite(logprob) ? logprob : LOWEST;
    }
}

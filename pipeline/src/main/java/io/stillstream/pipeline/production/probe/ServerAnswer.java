package io.stillstream.pipeline.production.probe;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server answered to one question.
 *
 * @param promptTokens how many it took the prompt for; -1 where it does not say
 * @param logProbabilities of the answer's tokens, in nats; null where it gives none
 * @param fingerprint by which a server may name what it serves; empty for none
 */
record ServerAnswer(String text, int promptTokens, @Nullable List<Double> logProbabilities, String fingerprint) {

    ServerAnswer {
        logProbabilities = logProbabilities == null ? null : List.copyOf(logProbabilities);
    }
}

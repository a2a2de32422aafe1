package io.stillstream.evaluation.bakeoff.writing;

import io.stillstream.configuration.Check;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.loss.TargetNeed;
import java.util.Optional;

/**
 * How the student in training takes part in writing what it trains on (the section {@code student-texts} of an arm).
 *
 * @param share of the stream's texts that the student writes anew, 0 to 1; which of them follows from the run's seed
 * @param every how many steps train on texts that the student wrote with the weights of the first of them
 * @param temperature that the student's tokens are drawn at
 * @param maxTokens the most tokens that it writes of a text
 */
public record StudentTextsConfig(double share, int every, double temperature, int maxTokens) {

    public StudentTextsConfig {
        Check.between("share", share, 0.0, 1.0);
        Check.atLeast("every", every, 1);
        Check.that(
                (float) temperature > 0 && Float.isFinite((float) temperature),
                "temperature",
                temperature,
                "a finite number above 0");
        Check.atLeast("maxTokens", maxTokens, 1);
    }

    /** Why an arm with this loss cannot train on such texts, as a sentence; empty when it can. */
    public static Optional<String> mismatch(LossConfig loss) {
        return loss.needs().contains(TargetNeed.TRANSPORT)
                ? Optional.empty()
                : Optional.of("its student is to write texts (student-texts), but the loss "
                        + String.join(" + ", loss.terms())
                        + " has no transport, the only term that learns from them; expected"
                        + " trainer.loss.multilevelot.variant spelled");
    }

    /** A quarter of the texts, written anew every ten steps. */
    public static StudentTextsConfig defaults() {
        return new StudentTextsConfig(0.25, 10, 1, 48);
    }
}

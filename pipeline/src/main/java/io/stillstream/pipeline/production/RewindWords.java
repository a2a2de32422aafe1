package io.stillstream.pipeline.production;

import io.stillstream.contract.rewind.RewindAnswer;
import io.stillstream.rollout.control.RewindReader.Rewinding;
import java.util.Locale;
import java.util.Optional;

/** What became of an order that takes the trainer back, in a sentence. */
public final class RewindWords {

    private RewindWords() {}

    /** The answer of whoever obeyed; where nobody did, that of whoever refused. */
    public static Optional<RewindAnswer> answer(Rewinding rewinding) {
        return rewinding.answers().stream()
                .filter(answer -> !answer.isRefused())
                .findFirst()
                .or(() -> rewinding.answers().stream().findFirst());
    }

    /** What was ordered, and what was made of it. */
    public static String text(Rewinding rewinding) {
        return rewinding.order().request().quarantine() + " by decision "
                + rewinding.order().decision() + ", "
                + answer(rewinding)
                        .map(answer -> answer.isRefused() ? "refused: " + answer.refusal() : text(answer))
                        .orElse("not answered yet");
    }

    /** @param answer of a trainer that obeyed */
    public static String text(RewindAnswer answer) {
        return String.format(
                Locale.ROOT,
                "training goes on from %s, step %,d; %,d steps are abandoned; passed over: %s (%,d records were trained on)",
                answer.snapshot(),
                answer.step(),
                answer.abandonedSteps(),
                answer.quarantined(),
                answer.records());
    }
}

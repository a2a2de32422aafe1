package io.stillstream.pipeline.deadletters;

import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.monitoring.stage.Stage;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which dead letters are meant.
 *
 * @param codes any of these; empty for all
 * @param stages any of these; empty for all
 * @param since at this time or later; null for all
 */
public record DeadLetterFilter(
        Set<RejectionCode> codes,
        Set<Stage> stages,
        @Nullable Instant since) {

    public DeadLetterFilter {
        codes = Set.copyOf(codes);
        stages = Set.copyOf(stages);
    }

    boolean takes(StoredDeadLetter letter) {
        return (since == null || !letter.time().isBefore(since))
                && (codes.isEmpty()
                        || letter.letter()
                                .filter(known ->
                                        codes.contains(known.rejection().code()))
                                .isPresent())
                && (stages.isEmpty() || letter.stage().filter(stages::contains).isPresent());
    }
}

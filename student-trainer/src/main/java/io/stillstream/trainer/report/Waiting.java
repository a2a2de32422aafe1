package io.stillstream.trainer.report;

import io.stillstream.trainer.examples.QueuedSequence;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a run of the trainer ended without training on; the next run does, from where this one stopped.
 *
 * @param records that were read, and are too few to fill a step
 * @param tokens of these, prompts included
 * @param stepTokens of a full step
 * @param unread records that were not read, as far as is known
 */
public record Waiting(long records, long tokens, long stepTokens, long unread) {

    public static final Waiting NOTHING = new Waiting(0, 0, 0, 0);

    public static Waiting of(List<QueuedSequence> buffered, long stepTokens, Map<String, Long> lag) {
        return new Waiting(
                buffered.size(),
                buffered.stream()
                        .mapToLong(queued -> queued.sequence().length())
                        .sum(),
                stepTokens,
                lag.values().stream().mapToLong(Long::longValue).sum());
    }

    public boolean isNothing() {
        return records == 0 && unread == 0;
    }

    /** How many responses wait and for what; for whoever reads the outcome of a run. */
    public String summary() {
        String few = String.format(
                Locale.ROOT,
                "%,d read, until they fill a step (%,d of %,d tokens) or their source ends",
                records,
                tokens,
                stepTokens);
        String later = String.format(Locale.ROOT, "%,d not read", unread);
        return records == 0 ? later : unread == 0 ? few : few + "; " + later;
    }
}

package io.stillstream.console.http;

/** Takes what somebody clicked to the rollout. */
@FunctionalInterface
public interface RolloutCommands {

    /**
     * Returns at once; what came of it is in the rollout's section.
     *
     * @return false where too many commands wait already
     */
    boolean send(Click click);

    /**
     * A button.
     *
     * @param id that the decision will name
     * @param verb as {@code promote}
     * @param candidate the id of a snapshot, with {@code start}; empty otherwise
     * @param full with {@code promote}: past all steps
     * @param reason as it was typed
     * @param revision of the state that the page showed
     * @param quarantine with {@code rewind}, and with a {@code rollback} that takes the trainer back too: what training passes
     *     over, as {@code since-champion}; empty otherwise
     * @param dryRun whether nothing is commanded, and only told what the trainer would do
     */
    record Click(
            String id,
            String verb,
            String candidate,
            boolean full,
            String reason,
            long revision,
            String quarantine,
            boolean dryRun) {}
}

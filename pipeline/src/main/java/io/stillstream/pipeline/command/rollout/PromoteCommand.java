package io.stillstream.pipeline.command.rollout;

import io.stillstream.contract.rollout.RolloutVerb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code stillstream rollout promote}. */
@Command(
        name = "promote",
        description = "Take the candidate to its next step; after the last one it is champion.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class PromoteCommand extends ActionCommand {

    @Option(names = "--full", description = "Past all steps that are left: the candidate is champion at once.")
    private boolean full;

    PromoteCommand() {
        super(RolloutVerb.PROMOTE);
    }

    @Override
    boolean full() {
        return full;
    }
}

package io.stillstream.pipeline.command.rollout;

import io.stillstream.contract.rollout.RolloutVerb;
import picocli.CommandLine.Command;

/** {@code stillstream rollout abort}. */
@Command(
        name = "abort",
        description = "Take the candidate back. It may be started again later.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class AbortCommand extends ActionCommand {

    AbortCommand() {
        super(RolloutVerb.ABORT);
    }
}

package io.stillstream.pipeline.command.rollout;

import io.stillstream.contract.rollout.RolloutVerb;
import picocli.CommandLine.Command;

/** {@code stillstream rollout resume}. */
@Command(
        name = "resume",
        description = "End a pause; the time of the candidate's step begins anew.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ResumeCommand extends ActionCommand {

    ResumeCommand() {
        super(RolloutVerb.RESUME);
    }
}

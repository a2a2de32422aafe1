package io.stillstream.pipeline.command.rollout;

import io.stillstream.contract.rollout.RolloutVerb;
import picocli.CommandLine.Command;

/** {@code stillstream rollout pause}. */
@Command(
        name = "pause",
        description = "Hold the candidate at its step, with its share, until 'resume' or 'promote'.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class PauseCommand extends ActionCommand {

    PauseCommand() {
        super(RolloutVerb.PAUSE);
    }
}

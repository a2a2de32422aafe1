package io.stillstream.pipeline.command.rollout;

import io.stillstream.contract.rollout.RolloutVerb;
import picocli.CommandLine.Command;

/** {@code stillstream rollout rollback}. */
@Command(
        name = "rollback",
        description =
                "Take back the candidate, or without one the champion, and reject it: its weights are never served again.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class RollbackCommand extends ActionCommand {

    RollbackCommand() {
        super(RolloutVerb.ROLLBACK);
    }
}

package io.stillstream.pipeline.command.rollout;

import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code stillstream rollout rewind}. */
@Command(
        name = "rewind",
        description = {
            "Take the running trainer back to the champion's checkpoint, and leave what serves as it is.",
            "For a candidate that is already gone. 'stillstream rewind' does it by hand while no trainer runs."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class RewindCommand extends ActionCommand {

    @Mixin
    private RewindOptions rewind = new RewindOptions();

    RewindCommand() {
        super(RolloutVerb.REWIND);
    }

    @Override
    RewindOptions rewind() {
        return rewind;
    }

    @Override
    @Nullable
    SnapshotReference championAfter(RolloutState state) {
        return state.champion();
    }
}

package io.stillstream.pipeline.command.rollout;

import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.pipeline.PipelineException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code stillstream rollout rollback}. */
@Command(
        name = "rollback",
        description =
                "Take back the candidate, or without one the champion, and reject it: its weights are never served again.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class RollbackCommand extends ActionCommand {

    @Option(
            names = "--rewind",
            description =
                    "Take the running trainer back too, to the checkpoint of the champion that is left, and have it pass over"
                            + " --quarantine.")
    private boolean rewinds;

    @Mixin
    private RewindOptions rewind = new RewindOptions();

    RollbackCommand() {
        super(RolloutVerb.ROLLBACK);
    }

    @Override
    @Nullable
    RewindOptions rewind() {
        if (rewinds != (rewind.isGiven() || rewind.isDryRun())) {
            throw new PipelineException(
                    "--rewind takes the trainer back and --quarantine says what it passes over then;"
                            + " expected both or neither");
        }
        return rewinds ? rewind : null;
    }

    @Override
    @Nullable
    SnapshotReference championAfter(RolloutState state) {
        return state.candidate() == null ? state.previous() : state.champion();
    }
}

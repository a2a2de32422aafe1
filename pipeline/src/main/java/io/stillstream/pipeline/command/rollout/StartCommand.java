package io.stillstream.pipeline.command.rollout;

import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.production.PublishedSnapshots;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code stillstream rollout start}. */
@Command(
        name = "start",
        description = "Begin with a candidate, at the first of rollout.steps.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class StartCommand extends ActionCommand {

    @Option(
            names = "--candidate",
            required = true,
            paramLabel = "SNAPSHOT",
            description = "The id of a published snapshot, or the beginning of one.")
    private String candidate = "";

    StartCommand() {
        super(RolloutVerb.START);
    }

    @Override
    SnapshotReference candidate(Map<String, Object> kafka, StillstreamConfig config) {
        return PublishedSnapshots.read(kafka, config.topics().studentSnapshots())
                .find(candidate);
    }
}

package io.stillstream.pipeline.command.rollout;

import picocli.CommandLine.Command;

/** The verbs of a rollout. */
@Command(
        name = "rollout",
        description = {
            "Take a snapshot into production step by step, and back.",
            "The rollout is kept in Kafka. A controller carries it out: 'stillstream rollout controller'; the other"
                    + " commands tell it what to do, and print what it decided."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            StatusCommand.class,
            StartCommand.class,
            PromoteCommand.class,
            PauseCommand.class,
            ResumeCommand.class,
            AbortCommand.class,
            RollbackCommand.class,
            RewindCommand.class,
            RepairCommand.class,
            BisectCommand.class,
            HistoryCommand.class,
            ControllerCommand.class
        })
public final class RolloutCommand {}

package io.stillstream.pipeline.command;

import picocli.CommandLine.Command;

/** Measurements on this machine, as ratios against named baselines. */
@Command(
        name = "bench",
        description = "Measure parts of Stillstream on this machine.",
        mixinStandardHelpOptions = true,
        subcommands = {
            LossBenchCommand.class,
            ScorerBenchCommand.class,
            ScorerMemoryBenchCommand.class,
            ScorerChaosCommand.class,
            WireBenchCommand.class,
            CheckpointBenchCommand.class,
            TrainerChaosCommand.class
        })
public final class BenchCommand {}

package io.stillstream.bench;

import io.stillstream.bench.command.CanariesCommand;
import io.stillstream.bench.command.CheckpointBenchCommand;
import io.stillstream.bench.command.GateTrialsCommand;
import io.stillstream.bench.command.LossBenchCommand;
import io.stillstream.bench.command.PlanBenchCommand;
import io.stillstream.bench.command.ProxyBenchCommand;
import io.stillstream.bench.command.RedactionBenchCommand;
import io.stillstream.bench.command.ScorerBenchCommand;
import io.stillstream.bench.command.ScorerMemoryBenchCommand;
import io.stillstream.bench.command.ServingBenchCommand;
import io.stillstream.bench.command.TrainerBenchCommand;
import io.stillstream.bench.command.TrainerMemoryBenchCommand;
import io.stillstream.bench.command.WireBenchCommand;
import io.stillstream.bench.command.fault.BrokerChaosCommand;
import io.stillstream.bench.command.fault.HostileStreamCommand;
import io.stillstream.bench.command.fault.ProducerChaosCommand;
import io.stillstream.bench.command.fault.ProxyChaosCommand;
import io.stillstream.bench.command.fault.ScorerChaosCommand;
import io.stillstream.bench.command.fault.TrainerChaosCommand;
import io.stillstream.bench.command.rollout.BisectBenchCommand;
import io.stillstream.bench.command.rollout.CanaryTrialsCommand;
import io.stillstream.bench.command.rollout.DeliveryChaosCommand;
import io.stillstream.bench.command.rollout.RewindChaosCommand;
import io.stillstream.bench.command.rollout.RollbackCommand;
import io.stillstream.bench.command.rollout.RolloutChaosCommand;
import io.stillstream.pipeline.command.CommandRunner;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The {@code stillstream-bench} command: measurements on this machine, as ratios against named baselines, and faults. */
@Command(
        name = "stillstream-bench",
        description = "Measure Stillstream on this machine, and inject faults into it.",
        mixinStandardHelpOptions = true,
        version = CommandRunner.VERSION,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            LossBenchCommand.class,
            ScorerBenchCommand.class,
            ScorerMemoryBenchCommand.class,
            ServingBenchCommand.class,
            TrainerBenchCommand.class,
            BrokerChaosCommand.class,
            ProducerChaosCommand.class,
            ProxyChaosCommand.class,
            RedactionBenchCommand.class,
            CanariesCommand.class,
            HostileStreamCommand.class,
            ScorerChaosCommand.class,
            RolloutChaosCommand.class,
            RewindChaosCommand.class,
            BisectBenchCommand.class,
            DeliveryChaosCommand.class,
            CanaryTrialsCommand.class,
            RollbackCommand.class,
            ProxyBenchCommand.class,
            WireBenchCommand.class,
            CheckpointBenchCommand.class,
            PlanBenchCommand.class,
            GateTrialsCommand.class,
            TrainerMemoryBenchCommand.class,
            TrainerChaosCommand.class,
            HelpCommand.class
        })
public final class StillstreamBench {

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Show where an error comes from.")
    private boolean verbose;

    public static void main(String[] arguments) {
        StillstreamBench bench = new StillstreamBench();
        System.exit(CommandRunner.run(bench, () -> bench.verbose, arguments));
    }
}

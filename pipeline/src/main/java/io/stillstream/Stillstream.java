package io.stillstream;

import io.stillstream.pipeline.command.BakeoffCommand;
import io.stillstream.pipeline.command.BenchCommand;
import io.stillstream.pipeline.command.BrokerCommand;
import io.stillstream.pipeline.command.CommandRunner;
import io.stillstream.pipeline.command.ConfigCommand;
import io.stillstream.pipeline.command.DeadLettersCommand;
import io.stillstream.pipeline.command.DemoCommand;
import io.stillstream.pipeline.command.EvaluateCommand;
import io.stillstream.pipeline.command.ExportOnnxCommand;
import io.stillstream.pipeline.command.GateCommand;
import io.stillstream.pipeline.command.GenerateCommand;
import io.stillstream.pipeline.command.LedgerCommand;
import io.stillstream.pipeline.command.MergeAdapterCommand;
import io.stillstream.pipeline.command.NewStudentCommand;
import io.stillstream.pipeline.command.PretrainCommand;
import io.stillstream.pipeline.command.ProduceCommand;
import io.stillstream.pipeline.command.ProxyCommand;
import io.stillstream.pipeline.command.RewindCommand;
import io.stillstream.pipeline.command.RunCommand;
import io.stillstream.pipeline.command.ScoreCommand;
import io.stillstream.pipeline.command.ServeCommand;
import io.stillstream.pipeline.command.SnapshotsCommand;
import io.stillstream.pipeline.command.TraceCommand;
import io.stillstream.pipeline.command.TrainCommand;
import io.stillstream.pipeline.command.TrainTokenizerCommand;
import io.stillstream.pipeline.command.rollout.RolloutCommand;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The {@code stillstream} command. */
@Command(
        name = "stillstream",
        description = "Distils production LLM traffic into a smaller model, continuously.",
        mixinStandardHelpOptions = true,
        version = CommandRunner.VERSION,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            RunCommand.class,
            ProxyCommand.class,
            ProduceCommand.class,
            ScoreCommand.class,
            TrainCommand.class,
            ServeCommand.class,
            BrokerCommand.class,
            DeadLettersCommand.class,
            ConfigCommand.class,
            SnapshotsCommand.class,
            LedgerCommand.class,
            TraceCommand.class,
            GateCommand.class,
            RewindCommand.class,
            RolloutCommand.class,
            EvaluateCommand.class,
            GenerateCommand.class,
            ExportOnnxCommand.class,
            TrainTokenizerCommand.class,
            MergeAdapterCommand.class,
            NewStudentCommand.class,
            PretrainCommand.class,
            BakeoffCommand.class,
            BenchCommand.class,
            GenerateCompletion.class,
            HelpCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, or stopped on request",
            "1:failed; the message says why",
            "2:wrong usage of the command line",
            "3:the traffic held nothing that was accepted"
        })
public final class Stillstream {

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Print the stack trace of an error.")
    private boolean verbose;

    Stillstream() {}

    public static void main(String[] arguments) {
        Stillstream stillstream = new Stillstream();
        System.exit(CommandRunner.run(stillstream, () -> stillstream.verbose, arguments));
    }
}

package io.stillstream;

import io.stillstream.pipeline.command.BenchCommand;
import io.stillstream.pipeline.command.CommandRunner;
import io.stillstream.pipeline.command.ConfigCommand;
import io.stillstream.pipeline.command.model.BakeoffCommand;
import io.stillstream.pipeline.command.model.EvaluateCommand;
import io.stillstream.pipeline.command.model.ExportOnnxCommand;
import io.stillstream.pipeline.command.model.GenerateCommand;
import io.stillstream.pipeline.command.model.MergeAdapterCommand;
import io.stillstream.pipeline.command.model.NewStudentCommand;
import io.stillstream.pipeline.command.model.PretrainCommand;
import io.stillstream.pipeline.command.model.TrainTokenizerCommand;
import io.stillstream.pipeline.command.rollout.RolloutCommand;
import io.stillstream.pipeline.command.snapshot.GateCommand;
import io.stillstream.pipeline.command.snapshot.LedgerCommand;
import io.stillstream.pipeline.command.snapshot.QuarantineCommand;
import io.stillstream.pipeline.command.snapshot.RewindCommand;
import io.stillstream.pipeline.command.snapshot.SnapshotsCommand;
import io.stillstream.pipeline.command.stage.BrokerCommand;
import io.stillstream.pipeline.command.stage.DemoCommand;
import io.stillstream.pipeline.command.stage.ProduceCommand;
import io.stillstream.pipeline.command.stage.ProxyCommand;
import io.stillstream.pipeline.command.stage.RunCommand;
import io.stillstream.pipeline.command.stage.ScoreCommand;
import io.stillstream.pipeline.command.stage.ServeCommand;
import io.stillstream.pipeline.command.stage.TrainCommand;
import io.stillstream.pipeline.command.topic.DeadLettersCommand;
import io.stillstream.pipeline.command.topic.TraceCommand;
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
            QuarantineCommand.class,
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
            "3:out of memory (STILLSTREAM_JAVA_OPTIONS=-Xmx… gives more)",
            "4:nothing was found: no traffic that was accepted, no range that did harm"
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

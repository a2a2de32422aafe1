package io.stillstream.pipeline.command.snapshot;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.pipeline.broker.TopicReader;
import io.stillstream.pipeline.command.DataOptions;
import io.stillstream.pipeline.command.ErrorMessages;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.gate.GateRun;
import io.stillstream.pipeline.run.Cluster;
import io.stillstream.pipeline.terminal.EscapedWriter;
import io.stillstream.pipeline.terminal.Table;
import io.stillstream.rollout.gate.Reason;
import io.stillstream.rollout.gate.Verdict;
import io.stillstream.rollout.gate.VerdictJson;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Judges a candidate by held-out records later than both snapshots. */
@Command(
        name = "gate",
        description = {
            "Judge whether a snapshot may go on: by what it and the champion make of the same held-out records, later than"
                    + " what either had read.",
            "",
            "Reads a cluster, or without --bootstrap-servers the data directory of a 'run', 'demo' or 'broker' that has"
                    + " ended."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {
            "0:passes",
            "1:fails, or could not be judged",
            "2:too little evidence, or wrong usage of the command line"
        })
public final class GateCommand implements Callable<Integer> {

    private static final int HOLD = 2;
    private static final int NAME_WIDTH = 24;
    private static final int OUTCOME_WIDTH = 10;

    @Option(
            names = "--candidate",
            paramLabel = "SNAPSHOT",
            description = "A snapshot's id, the beginning of one, or an alias (default: ${DEFAULT-VALUE}).",
            defaultValue = "candidate")
    private String candidate = "candidate";

    @Option(
            names = "--champion",
            paramLabel = "SNAPSHOT",
            description = "What it is compared with (default: the rollout's champion).")
    private @Nullable String champion;

    @Option(names = "--json", description = "Print the verdict as JSON, and an error too.")
    private boolean json;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description = "A Kafka cluster, or a running 'broker' (kafka.bootstrap-servers).")
    private @Nullable String bootstrapServers;

    @Mixin
    private DataOptions data = new DataOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        try {
            return verdict();
        } catch (RuntimeException e) {
            if (json) {
                print(VerdictJson.ofError(ErrorMessages.message(e)));
            }
            throw e;
        }
    }

    private int verdict() {
        Map<String, @Nullable String> flags = new HashMap<>();
        flags.put("kafka.bootstrap-servers", bootstrapServers);
        StillstreamConfig config = data.load(StillstreamConfig.defaults(), flags);
        SnapshotStore store = new SnapshotStore(config.trainerDirectory(), Clock.systemUTC());
        Verdict verdict;
        try (Cluster cluster = Cluster.kept(config);
                TopicReader reader = new TopicReader(config.kafka().clientProperties(cluster.bootstrapServers()))) {
            verdict = new GateRun(config, store, reader).judge(candidate, champion);
        }
        print(verdict);
        if (verdict instanceof Verdict.Pass) {
            return ExitCode.OK;
        }
        return verdict instanceof Verdict.Hold ? HOLD : ExitCode.SOFTWARE;
    }

    private void print(Verdict verdict) {
        if (json) {
            print(VerdictJson.of(verdict));
        } else {
            PrintWriter out = EscapedWriter.output(spec.commandLine().getOut());
            Table table = Table.start(
                    out::println,
                    Table.text("CHECK", NAME_WIDTH),
                    Table.text("OUTCOME", OUTCOME_WIDTH),
                    Table.text("DETAIL", 1));
            for (Reason reason : verdict.reasons()) {
                table.row(
                        reason.name(),
                        reason.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        reason.detail());
            }
            out.println(VerdictJson.name(verdict));
            out.flush();
        }
    }

    private void print(ObjectNode json) {
        PrintWriter out = EscapedWriter.output(spec.commandLine().getOut());
        out.println(json);
        out.flush();
    }
}

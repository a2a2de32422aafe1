package io.stillstream.pipeline.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.TopicReader;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.gate.LaterRecords;
import io.stillstream.pipeline.gate.RolloutHistory;
import io.stillstream.pipeline.gate.SnapshotEvaluator;
import io.stillstream.pipeline.run.Cluster;
import io.stillstream.pipeline.terminal.EscapedWriter;
import io.stillstream.pipeline.terminal.Table;
import io.stillstream.rollout.gate.Gate;
import io.stillstream.rollout.gate.Reason;
import io.stillstream.rollout.gate.Verdict;
import io.stillstream.rollout.gate.VerdictJson;
import io.stillstream.trainer.checkpoint.Alias;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.source.TargetsRecord;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
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
        exitCodeListHeading = "%nExit codes:%n",
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

    @Option(names = "--json", description = "Print the verdict as JSON.")
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
        Map<String, @Nullable String> flags = new HashMap<>();
        flags.put("kafka.bootstrap-servers", bootstrapServers);
        StillstreamConfig config = data.load(StillstreamConfig.defaults(), flags);
        SnapshotStore store = new SnapshotStore(
                config.dataDirectory().resolve(config.trainer().dataDirectory()), Clock.systemUTC());
        Verdict verdict;
        try (Cluster cluster = Cluster.open(config);
                TopicReader reader = new TopicReader(config.kafka().clientProperties(cluster.bootstrapServers()))) {
            verdict = judge(config, store, reader);
        }
        print(verdict);
        if (verdict instanceof Verdict.Pass) {
            return ExitCode.OK;
        }
        return verdict instanceof Verdict.Hold ? HOLD : ExitCode.SOFTWARE;
    }

    private Verdict judge(StillstreamConfig config, SnapshotStore store, TopicReader reader) {
        RolloutHistory history = RolloutHistory.read(reader, config.topics().studentRollout());
        Snapshot judged = find(store, candidate);
        Snapshot reigning = find(store, champion == null ? championOf(history) : champion);
        if (judged.manifest().id().equals(reigning.manifest().id())) {
            throw new PipelineException(
                    "candidate and champion are both " + judged.manifest().id() + "; expected two different snapshots");
        }
        List<Snapshot> snapshots = new ArrayList<>(List.of(judged, reigning));
        store.list().stream()
                .filter(snapshot -> history.champions()
                                .contains(snapshot.manifest().id())
                        && !snapshot.manifest().id().equals(reigning.manifest().id())
                        && !snapshot.manifest().id().equals(judged.manifest().id()))
                .min(Comparator.comparingDouble(GateCommand::heldOutLoss))
                .filter(best -> heldOutLoss(best) < heldOutLoss(reigning))
                .ifPresent(snapshots::add);
        snapshots.forEach(SnapshotStore::verify);
        List<TargetsRecord> records = LaterRecords.read(
                reader,
                config.topics().teacherTargets(),
                snapshots,
                config.gate().mostRecords());
        SnapshotEvaluator evaluator =
                new SnapshotEvaluator(config.gate(), config.trainer().batches().maxBatchTokens(), records);
        return new Gate(config.gate())
                .judge(
                        evaluator.evaluate(judged),
                        evaluator.evaluate(reigning),
                        snapshots.size() > 2 ? evaluator.evaluate(snapshots.get(2)) : null,
                        history.state().rejected());
    }

    /** Of the held-out set that all snapshots of a training are evaluated on. */
    private static double heldOutLoss(Snapshot snapshot) {
        return snapshot.manifest().evaluation().getOrDefault("held_out_bits_per_byte", Double.POSITIVE_INFINITY);
    }

    private static String championOf(RolloutHistory history) {
        SnapshotReference reigning = history.state().champion();
        if (reigning == null) {
            throw new PipelineException("the rollout has no champion yet; name one with --champion SNAPSHOT");
        }
        return reigning.id();
    }

    private static Snapshot find(SnapshotStore store, String name) {
        String id = name;
        for (Map.Entry<Alias, String> alias : store.aliases().entrySet()) {
            if (alias.getKey().name().toLowerCase(Locale.ROOT).equals(name)) {
                id = alias.getValue();
            }
        }
        String prefix = id;
        List<Snapshot> found = store.list().stream()
                .filter(snapshot -> snapshot.manifest().id().startsWith(prefix))
                .toList();
        if (found.size() != 1) {
            throw new PipelineException("'" + name + "' is "
                    + (found.isEmpty() ? "no snapshot" : "the beginning of " + found.size() + " snapshots")
                    + " of the data directory; expected an id as 'stillstream snapshots' lists them");
        }
        return found.get(0);
    }

    private void print(Verdict verdict) {
        PrintWriter out = EscapedWriter.output(spec.commandLine().getOut());
        if (json) {
            ObjectNode node = VerdictJson.of(verdict);
            out.println(node);
        } else {
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
        }
        out.flush();
    }
}

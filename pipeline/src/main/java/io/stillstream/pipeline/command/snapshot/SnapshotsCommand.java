package io.stillstream.pipeline.command.snapshot;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.command.DataOptions;
import io.stillstream.pipeline.terminal.EscapedWriter;
import io.stillstream.pipeline.terminal.Table;
import io.stillstream.trainer.checkpoint.Alias;
import io.stillstream.trainer.checkpoint.FileAudit;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.ledger.Lineage;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists snapshots. */
@Command(
        name = "snapshots",
        description = "List the student's snapshots, newest first.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {"0:with --verify, all is as it was written", "1:not so, or an error", "2:wrong usage"})
public final class SnapshotsCommand implements Callable<Integer> {

    private static final int ID_WIDTH = 23;
    private static final int STEP_WIDTH = 7;
    private static final int TIME_WIDTH = 20;
    private static final int STATE_WIDTH = 9;

    @Option(
            names = "--verify",
            description =
                    "Check every file against its manifest, and the manifest against the ledger; exit 1 when one is damaged.")
    private boolean verify;

    @Option(names = "--json", description = "Print JSON lines, with all figures.")
    private boolean json;

    @Mixin
    private DataOptions data = new DataOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /**
     * A snapshot and what is known of it beside its manifest.
     *
     * @param aliases that name it
     * @param abandoned whether training went back to before it
     * @param damage found in its files; empty where none was looked for or found
     */
    private record Found(Snapshot snapshot, List<String> aliases, boolean abandoned, Optional<String> damage) {

        double figure(String name) {
            return snapshot.manifest().evaluation().getOrDefault(name, Double.NaN);
        }
    }

    @Override
    public Integer call() {
        Path directory = data.trainerDirectory();
        if (!Files.isDirectory(directory)) {
            throw new PipelineException(
                    "there is no directory " + directory + "; name the one that 'train' was given with --data");
        }
        SnapshotStore store = new SnapshotStore(directory, Clock.systemUTC());
        LedgerAudit ledger = LedgerAudit.of(directory);
        Lineage lineage = ledger.lineage();
        List<FileAudit.Checked> checked = verify ? new FileAudit(directory, ledger).snapshots() : List.of();
        Map<Alias, String> aliases = store.aliases();
        List<Found> found = store.list().stream()
                .map(snapshot -> new Found(
                        snapshot,
                        aliases.entrySet().stream()
                                .filter(alias -> alias.getValue()
                                        .equals(snapshot.manifest().id()))
                                .map(alias -> alias.getKey().name().toLowerCase(Locale.ROOT))
                                .toList(),
                        !lineage.holds(snapshot.manifest().writer().ledgerBytes()),
                        damage(snapshot.directory(), checked)))
                .toList();
        PrintWriter out = EscapedWriter.output(spec.commandLine().getOut());
        if (json) {
            found.forEach(snapshot -> out.println(json(snapshot)));
        } else if (found.isEmpty()) {
            out.println("no snapshots in " + directory);
        } else {
            print(found, out);
        }
        // A manifest that cannot be read lists no snapshot, and is damage all the same.
        FileAuditView damaged = new FileAuditView(
                directory,
                checked.stream().filter(one -> !one.findings().isEmpty()).toList());
        if (!damaged.isIntact() && !json) {
            out.println();
            damaged.print(out);
        }
        out.flush();
        return damaged.isIntact() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private void print(List<Found> snapshots, PrintWriter out) {
        Table table = Table.start(
                out::println,
                Table.text("SNAPSHOT", ID_WIDTH),
                Table.number("STEP", STEP_WIDTH, "%,d"),
                Table.text("WRITTEN", TIME_WIDTH),
                Table.number("BITS/BYTE", 1, "%.3f"),
                Table.text("STATE", STATE_WIDTH));
        for (Found found : snapshots) {
            table.row(
                    found.snapshot().manifest().id(),
                    found.snapshot().manifest().step(),
                    found.snapshot().manifest().createdAt().truncatedTo(ChronoUnit.SECONDS),
                    found.figure("held_out_bits_per_byte"),
                    state(found));
        }
    }

    private String state(Found found) {
        String checked = found.damage().isPresent() ? "damaged" : "intact";
        return Stream.of(
                        found.aliases().stream(),
                        Stream.of("abandoned").filter(any -> found.abandoned()),
                        Stream.of(checked).filter(any -> verify))
                .flatMap(words -> words)
                .collect(Collectors.joining(" "));
    }

    private ObjectNode json(Found found) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("id", found.snapshot().manifest().id());
        node.put("step", found.snapshot().manifest().step());
        node.put("created_at", found.snapshot().manifest().createdAt().toString());
        node.put("directory", found.snapshot().directory().toString());
        ObjectNode evaluation = node.putObject("evaluation");
        found.snapshot().manifest().evaluation().forEach((name, value) -> {
            if (Double.isFinite(value)) {
                evaluation.put(name, value);
            } else {
                evaluation.putNull(name);
            }
        });
        found.aliases().forEach(node.withArray("aliases")::add);
        node.put("abandoned", found.abandoned());
        if (verify) {
            node.put("damage", found.damage().orElse(null));
        }
        return node;
    }

    private static Optional<String> damage(Path directory, List<FileAudit.Checked> checked) {
        return checked.stream()
                .filter(one -> one.directory().equals(directory))
                .flatMap(one -> one.findings().stream())
                .map(finding -> finding.file() + ": " + finding.problem())
                .findFirst();
    }
}

package io.stillstream.pipeline.command;

import io.stillstream.pipeline.PipelineException;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.offsets.OffsetRange;
import io.stillstream.trainer.offsets.Offsets;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows when each record was trained on. */
@Command(
        name = "ledger",
        description =
                "Show when each record was trained on. Every line of the ledger is checked, and a changed line is an error.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class LedgerCommand implements Callable<Integer> {

    private static final int FEW = 10;

    @Option(names = "--verify", description = "Exit with 1 when an offset is missing in between, or appears twice.")
    private boolean verify;

    @Option(
            names = "--record",
            paramLabel = "PARTITION@OFFSET",
            description = "Show the step in which one record was trained on, and the first snapshot that includes it.")
    private @Nullable String record;

    @Option(names = "--all", description = "Show every line, abandoned branches included, not only the last steps.")
    private boolean all;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Path directory = common.trainerDirectory();
        if (!Files.isRegularFile(directory.resolve("ledger"))) {
            throw new PipelineException(
                    "there is no ledger in " + directory + "; name the directory that 'train' was given with --data");
        }
        LedgerAudit audit = LedgerAudit.of(directory);
        PrintWriter out = spec.commandLine().getOut();
        return record == null ? summary(out, audit, directory) : record(out, audit, directory, record);
    }

    private int summary(PrintWriter out, LedgerAudit audit, Path directory) {
        LedgerAudit.Summary summary = audit.summary();
        out.printf(
                Locale.ROOT,
                "ledger of %s: %,d steps, %,d starts, %,d abandoned branches%n",
                directory,
                summary.steps(),
                audit.lines().stream()
                        .filter(line -> line.entry() instanceof LedgerEntry.Started)
                        .count(),
                audit.lineage().branches() - 1);
        summary.next()
                .forEach((partition, next) ->
                        out.printf(Locale.ROOT, "partition %d: up to offset %,d%n", partition, next - 1));
        out.println(Arrays.stream(Disposition.values())
                .map(fate ->
                        String.format(Locale.ROOT, "%,d %s", summary.offsets().getOrDefault(fate, 0L), words(fate)))
                .collect(Collectors.joining(", ")));
        List<LedgerAudit.Line> shown = audit.lines();
        if (!all) {
            shown = shown.subList(Math.max(0, shown.size() - FEW), shown.size());
            out.println("the last lines:");
        }
        shown.forEach(line -> out.println(text(audit, line)));
        if (audit.tornBytes() > 0) {
            out.println(audit.tornBytes() + " bytes of a line that is not finished: a trainer is at work, or was"
                    + " killed there; it is cut off at the next start");
        }
        summary.findings().forEach(out::println);
        out.printf(Locale.ROOT, "%,d gaps, %,d overlaps%n", summary.gaps(), summary.overlaps());
        return verify && !summary.findings().isEmpty() ? 1 : 0;
    }

    private static int record(PrintWriter out, LedgerAudit audit, Path directory, String record) {
        String[] parts = record.split("@", -1);
        OffsetRange one = OffsetRange.parse(record + ".." + parts[parts.length - 1]);
        List<LedgerAudit.Line> lines = audit.stepsOf(one.partition(), one.first());
        for (LedgerAudit.Line line : lines) {
            LedgerEntry.Stepped step = (LedgerEntry.Stepped) line.entry();
            String fate = step.runs().stream()
                    .filter(run -> run.holds(one.partition(), one.first()))
                    .findFirst()
                    .map(run -> words(run.disposition()))
                    .orElseThrow();
            String snapshot = audit.isLive(line)
                    ? firstSnapshot(audit, directory, new TopicPartition(step.topic(), one.partition()), one.first())
                            .map(found ->
                                    "first in snapshot " + found.manifest().id())
                            .orElse("in no snapshot that is kept")
                    : "on an abandoned branch";
            out.printf(Locale.ROOT, "%s of %s: %s, step %,d, %s%n", record, step.topic(), fate, step.step(), snapshot);
        }
        if (lines.stream().noneMatch(audit::isLive)) {
            out.println(record + ": not read yet" + (lines.isEmpty() ? "" : " on the branch that goes on"));
            return 1;
        }
        return 0;
    }

    private static Optional<Snapshot> firstSnapshot(
            LedgerAudit audit, Path directory, TopicPartition partition, long offset) {
        return new SnapshotStore(directory, Clock.systemUTC())
                .list().stream()
                        .filter(snapshot -> audit.lineage()
                                .holds(snapshot.manifest().writer().ledgerBytes()))
                        .filter(snapshot -> Offsets.parse(snapshot.manifest().offsets())
                                        .offsets()
                                        .getOrDefault(partition, 0L)
                                > offset)
                        .min(Comparator.comparingLong(
                                snapshot -> snapshot.manifest().step()));
    }

    private static String text(LedgerAudit audit, LedgerAudit.Line line) {
        String mark = audit.isLive(line) ? "" : "  (abandoned)";
        if (line.entry() instanceof LedgerEntry.Started started) {
            return "trainer " + started.epoch() + " goes on after step " + started.step() + mark;
        }
        if (line.entry() instanceof LedgerEntry.Rewound rewound) {
            return "rewound to " + rewound.to() + (rewound.skipped().isEmpty() ? "" : ", skipping " + rewound.skipped())
                    + mark;
        }
        LedgerEntry.Stepped stepped = (LedgerEntry.Stepped) line.entry();
        return "step " + stepped.step() + "  "
                + stepped.runs().stream().map(LedgerCommand::text).collect(Collectors.joining("  ")) + mark;
    }

    private static String text(DispositionRun run) {
        return run.partition() + "@" + run.first() + (run.count() == 1 ? "" : ".." + run.last())
                + (run.disposition() == Disposition.TRAINED ? "" : " " + words(run.disposition()));
    }

    private static String words(Disposition fate) {
        return switch (fate) {
            case TRAINED -> "trained on";
            case HELD_OUT -> "held out";
            case BEYOND_SHARE -> "beyond the share";
            case REJECTED -> "rejected";
            case END_OF_SOURCE -> "ends of sources";
            case SKIPPED -> "skipped";
            case NO_RECORD -> "without a record";
        };
    }
}

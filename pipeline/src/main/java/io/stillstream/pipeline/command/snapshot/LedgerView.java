package io.stillstream.pipeline.command.snapshot;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.pipeline.terminal.Screen;
import io.stillstream.pipeline.terminal.Table;
import io.stillstream.pipeline.terminal.WrappedText;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.offsets.DispositionRun;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A ledger as tables, or as one object of JSON. */
final class LedgerView {

    private static final int NUMBER_WIDTH = 12;
    private static final int WORDS_WIDTH = 16;
    private static final int STEP_WIDTH = 8;
    private static final String HANGING = " ".repeat(STEP_WIDTH + 2);

    private final LedgerAudit audit;
    private final LedgerAudit.Summary summary;
    private final Path directory;
    private final PrintWriter out;

    LedgerView(LedgerAudit audit, Path directory, PrintWriter out) {
        this.audit = audit;
        this.summary = audit.summary();
        this.directory = directory;
        this.out = out;
    }

    /** @param lines how many of the last lines are shown */
    void print(int lines) {
        out.printf(
                Locale.ROOT,
                "ledger of %s: %s, %s, %s%n%n",
                directory,
                count(summary.steps(), "step", "steps"),
                count(audit.starts(), "start", "starts"),
                count(branches(), "abandoned branch", "abandoned branches"));
        printPartitions();
        printDispositions();
        printLines(lines);
        if (audit.tornBytes() > 0) {
            out.printf(
                    Locale.ROOT,
                    "%,d bytes of a line that is not finished: a trainer is at work, or was killed there;"
                            + " it is cut off at the next start%n",
                    audit.tornBytes());
        }
        summary.findings().forEach(out::println);
        out.printf(Locale.ROOT, "%,d gaps, %,d overlaps%n", summary.gaps(), summary.overlaps());
        out.println("head " + audit.head().checksum());
    }

    /** What the ledger was compared with, where it was. */
    void print(LedgerAnchors anchors) {
        if (anchors.compared() > 0) {
            out.println();
            anchors.findings().forEach(this::printWrapped);
            out.printf(
                    Locale.ROOT,
                    "compared with %,d heads and published snapshots: %s%n",
                    anchors.compared(),
                    anchors.findings().isEmpty()
                            ? "all are in the ledger"
                            : anchors.findings().size() + " are not in the ledger");
        }
    }

    /**
     * @param lines how many of the last lines are in it
     * @param files what was found in the files; null where they were not compared
     * @param anchors what the ledger was compared with
     */
    void printJson(int lines, @Nullable FileAuditView files, LedgerAnchors anchors) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("directory", directory.toString());
        node.put("steps", summary.steps());
        node.put("starts", audit.starts());
        node.put("abandoned_branches", branches());
        ObjectNode next = node.putObject("next_offsets");
        summary.next().forEach((partition, offset) -> next.put(partition.toString(), offset));
        ObjectNode records = node.putObject("records");
        for (Disposition disposition : Disposition.values()) {
            records.put(
                    disposition.name().toLowerCase(Locale.ROOT),
                    summary.offsets().getOrDefault(disposition, 0L));
        }
        node.put("gaps", summary.gaps());
        node.put("overlaps", summary.overlaps());
        ArrayNode findings = node.putArray("findings");
        summary.findings().forEach(findings::add);
        anchors.findings().forEach(findings::add);
        node.put("compared_with", anchors.compared());
        node.put("head", audit.head().checksum());
        node.put("torn_bytes", audit.tornBytes());
        ArrayNode last = node.putArray("lines");
        audit.forEachAfter(audit.size() - lines, line -> last.add(json(line)));
        if (files != null) {
            files.addTo(node);
        }
        out.println(node);
    }

    private void printPartitions() {
        Table table = Table.start(
                out::println, Table.number("PARTITION", 1, "%d"), Table.number("READ UP TO", NUMBER_WIDTH, "%,d"));
        summary.next().forEach((partition, next) -> table.row(partition, next - 1));
        out.println();
    }

    private void printDispositions() {
        Table table = Table.start(
                out::println, Table.text("RECORDS", WORDS_WIDTH), Table.number("COUNT", NUMBER_WIDTH, "%,d"));
        for (Disposition disposition : Disposition.values()) {
            long count = summary.offsets().getOrDefault(disposition, 0L);
            if (count > 0) {
                table.row(words(disposition), count);
            }
        }
        out.println();
    }

    private void printLines(int lines) {
        Table table = Table.start(
                this::printWrapped, Table.text("STEP", STEP_WIDTH), Table.text("PARTITION@OFFSETS", STEP_WIDTH));
        audit.forEachAfter(audit.size() - lines, line -> table.row(step(line), text(line)));
        if (lines < audit.size()) {
            out.printf(Locale.ROOT, "the last %,d of %,d lines; --all shows all%n", lines, audit.size());
        }
        out.println();
    }

    /** A row below its own column, where a terminal would break it anywhere; a pipe gets it whole. */
    private void printWrapped(String row) {
        Screen screen = Screen.standard();
        if (screen.terminal()) {
            WrappedText.hanging(row, screen.columns() - 1, HANGING).forEach(out::println);
        } else {
            out.println(row);
        }
    }

    private long branches() {
        return audit.lineage().branches() - 1L;
    }

    private static String count(long count, String one, String many) {
        return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? one : many);
    }

    private static String step(LedgerAudit.Line line) {
        return line.entry() instanceof LedgerEntry.Stepped stepped
                ? String.format(Locale.ROOT, "%,d", stepped.step())
                : "-";
    }

    private String text(LedgerAudit.Line line) {
        String mark = audit.isLive(line) ? "" : " (abandoned)";
        if (line.entry() instanceof LedgerEntry.Started started) {
            return String.format(
                    Locale.ROOT, "trainer %d goes on after step %,d%s", started.epoch(), started.step(), mark);
        }
        if (line.entry() instanceof LedgerEntry.Rewound rewound) {
            return "rewound to " + rewound.to()
                    + (rewound.passedOver().isNothing()
                            ? ""
                            : ", skipping " + rewound.passedOver().summary())
                    + (rewound.reason().isEmpty() ? "" : " (" + rewound.reason() + ")")
                    + mark;
        }
        if (line.entry() instanceof LedgerEntry.Lifted lifted) {
            return "lifted the quarantine of tenant=" + lifted.tenant() + mark;
        }
        if (line.entry() instanceof LedgerEntry.Saved saved) {
            return saved.kind() + " " + saved.id() + mark;
        }
        if (line.entry() instanceof LedgerEntry.Passed passed) {
            return "no step is made of " + text(passed.runs()) + mark;
        }
        return text(((LedgerEntry.Stepped) line.entry()).runs()) + mark;
    }

    private static String text(List<DispositionRun> runs) {
        return runs.stream().map(LedgerView::text).collect(Collectors.joining(", "));
    }

    private ObjectNode json(LedgerAudit.Line line) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        if (line.entry() instanceof LedgerEntry.Started started) {
            node.put("line", "started").put("epoch", started.epoch()).put("step", started.step());
        } else if (line.entry() instanceof LedgerEntry.Rewound rewound) {
            node.put("line", "rewound").put("to", rewound.to()).put("step", rewound.step());
            rewound.passedOver()
                    .ranges()
                    .forEach(range -> node.withArray("skipped").add(range.toString()));
            rewound.passedOver()
                    .tenants()
                    .forEach(stretch -> node.withArray("skipped").add(stretch.toString()));
            node.put("order", rewound.order()).put("reason", rewound.reason());
        } else if (line.entry() instanceof LedgerEntry.Lifted lifted) {
            node.put("line", "lifted").put("tenant", lifted.tenant());
        } else if (line.entry() instanceof LedgerEntry.Saved saved) {
            node.put("line", "saved").put("kind", saved.kind()).put("id", saved.id());
            node.put("manifest", saved.manifest());
        } else if (line.entry() instanceof LedgerEntry.Stepped stepped) {
            node.put("line", "stepped").put("step", stepped.step());
            addRuns(node, stepped.runs());
        } else if (line.entry() instanceof LedgerEntry.Passed passed) {
            node.put("line", "passed");
            addRuns(node, passed.runs());
        }
        return node.put("abandoned", !audit.isLive(line));
    }

    private static void addRuns(ObjectNode node, List<DispositionRun> listed) {
        ArrayNode runs = node.putArray("records");
        for (DispositionRun run : listed) {
            runs.addObject()
                    .put("partition", run.partition())
                    .put("first", run.first())
                    .put("last", run.last())
                    .put("disposition", run.disposition().name().toLowerCase(Locale.ROOT));
        }
    }

    private static String text(DispositionRun run) {
        return run.partition() + "@" + run.first() + (run.count() == 1 ? "" : ".." + run.last())
                + (run.disposition() == Disposition.TRAINED ? "" : " " + words(run.disposition()));
    }

    static String words(Disposition disposition) {
        return switch (disposition) {
            case TRAINED -> "trained on";
            case HELD_OUT -> "held out";
            case BEYOND_SHARE -> "beyond the share";
            case REJECTED -> "rejected";
            case POISON -> "poison";
            case END_OF_SOURCE -> "ends of sources";
            case SKIPPED -> "skipped";
            case NO_RECORD -> "without a record";
            case DELETED -> "deleted before";
        };
    }
}

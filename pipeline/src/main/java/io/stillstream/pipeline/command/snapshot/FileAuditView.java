package io.stillstream.pipeline.command.snapshot;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.pipeline.terminal.Table;
import io.stillstream.pipeline.terminal.WrappedText;
import io.stillstream.trainer.checkpoint.FileAudit;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/** What was found in the files of checkpoints and snapshots. */
final class FileAuditView {

    private static final int WIDTH = 80;
    private static final int NAME_WIDTH = 36;
    private static final String INDENT = "  ";

    private final Path directory;
    private final List<FileAudit.Checked> checked;

    /** @param directory the trainer's, which names are shown relative to */
    FileAuditView(Path directory, List<FileAudit.Checked> checked) {
        this.directory = directory.toAbsolutePath().normalize();
        this.checked = checked;
    }

    boolean isIntact() {
        return checked.stream().allMatch(one -> one.findings().isEmpty());
    }

    void print(PrintWriter out) {
        Table table = Table.start(
                out::println,
                Table.text("CHECKPOINT OR SNAPSHOT", NAME_WIDTH),
                Table.number("FILES", 1, "%,d"),
                Table.number("DAMAGED", 1, "%,d"));
        for (FileAudit.Checked one : checked) {
            long damaged = one.findings().stream()
                    .map(FileAudit.Finding::file)
                    .distinct()
                    .count();
            table.row(directory.relativize(one.directory()), one.files(), damaged);
            for (FileAudit.Finding finding : one.findings()) {
                String line = INDENT + one.directory().relativize(finding.file()) + ": " + finding.problem();
                WrappedText.hanging(line, WIDTH, INDENT + INDENT).forEach(out::println);
            }
        }
    }

    void addTo(ObjectNode node) {
        var damaged = node.putArray("damaged");
        checked.stream()
                .flatMap(one -> one.findings().stream())
                .forEach(finding -> damaged.addObject()
                        .put("file", finding.file().toString())
                        .put("problem", finding.problem()));
    }
}

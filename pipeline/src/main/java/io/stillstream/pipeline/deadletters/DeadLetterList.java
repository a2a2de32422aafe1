package io.stillstream.pipeline.deadletters;

import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.contract.text.Printable;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.terminal.Screen;
import io.stillstream.pipeline.terminal.Table;
import io.stillstream.pipeline.terminal.WrappedText;
import java.io.PrintStream;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A table of dead letters. On a terminal the sentence that says why stands below its row, wrapped; elsewhere it is the last
 * column, so that each letter is one line.
 */
public final class DeadLetterList {

    private static final String INDENT = "        ";
    private static final int ID_WIDTH = 6;
    private static final int TIME_WIDTH = 20;
    private static final int STAGE_WIDTH = 8;
    private static final int CODE_WIDTH = RejectionCode.longestLabel();
    private static final int SEPARATORS = 4 * 2;

    private final PrintStream out;
    private final Screen screen;
    private final ReplayLog log;
    private final int limit;
    private final boolean json;
    private final Deque<StoredDeadLetter> newest = new ArrayDeque<>();
    private final Map<String, Long> byCode = new TreeMap<>();
    private long total;
    private long replayed;
    private long truncated;

    /** @param limit how many of the last ones are printed; 0 for all */
    public DeadLetterList(Screen screen, ReplayLog log, int limit, boolean json) {
        this.out = screen.out();
        this.screen = screen;
        this.log = log;
        this.limit = limit;
        this.json = json;
    }

    public void add(StoredDeadLetter letter) {
        total++;
        byCode.merge(letter.code(), 1L, Long::sum);
        replayed += log.replayedAt(letter.id()).isPresent() ? 1 : 0;
        truncated += letter.bytesBeforeTruncation().isPresent() ? 1 : 0;
        newest.add(letter);
        if (limit > 0 && newest.size() > limit) {
            newest.remove();
        }
    }

    public void print() {
        if (json) {
            newest.forEach(letter -> out.println(DeadLetterJson.summary(letter, log)));
        } else if (newest.isEmpty()) {
            out.println("no dead letters");
        } else {
            printTable();
            printSummary();
        }
        out.flush();
    }

    private void printTable() {
        int free = screen.columns() - 1 - ID_WIDTH - TIME_WIDTH - STAGE_WIDTH - CODE_WIDTH - SEPARATORS;
        int from =
                newest.stream().mapToInt(letter -> letter.from().length()).max().orElse(0);
        int width = screen.terminal() ? Math.min(from, free) : from;
        List<Table.Column> columns = new ArrayList<>(List.of(
                Table.text("ID", ID_WIDTH),
                Table.text("TIME", TIME_WIDTH),
                Table.text("STAGE", STAGE_WIDTH),
                Table.text("CODE", CODE_WIDTH),
                Table.text("FROM", width)));
        if (!screen.terminal()) {
            columns.add(Table.text("DETAIL", 1));
        }
        Table table = Table.start(out, columns.toArray(Table.Column[]::new));
        for (StoredDeadLetter letter : newest) {
            List<Object> row = new ArrayList<>(List.of(
                    letter.id(),
                    letter.time().truncatedTo(ChronoUnit.SECONDS),
                    letter.stage().map(DeadLetterList::shortName).orElse("-"),
                    letter.code(),
                    shortened(Printable.line(letter.from()), Math.max(width, 1))));
            if (!screen.terminal()) {
                row.add(detail(letter));
            }
            table.row(row.toArray());
            if (screen.terminal()) {
                WrappedText.lines(detail(letter), screen.columns() - 1 - INDENT.length())
                        .forEach(line -> out.println(INDENT + line));
            }
        }
    }

    private void printSummary() {
        out.println();
        String codes = byCode.entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<String, Long> code) -> -code.getValue()))
                .map(code -> text("%,d %s", code.getValue(), code.getKey()))
                .collect(Collectors.joining(", "));
        paragraph(text("%,d in all: %s", total, codes));
        if (replayed > 0 || truncated > 0) {
            paragraph(text("%,d of them replayed, %,d truncated", replayed, truncated));
        }
        if (newest.size() < total) {
            paragraph(text("The newest %,d are listed; --limit 0 lists all.", newest.size()));
        }
        paragraph("'stillstream dead-letters ID' shows one whole; --replay sends originals back.");
    }

    private void paragraph(String text) {
        if (screen.terminal()) {
            WrappedText.lines(text, screen.columns() - 1).forEach(out::println);
        } else {
            out.println(text);
        }
    }

    private String detail(StoredDeadLetter letter) {
        String state = log.replayedAt(letter.id()).isPresent() ? "[replayed] " : "";
        String size = letter.bytesBeforeTruncation().isPresent() ? "[truncated] " : "";
        return state + size + Printable.line(letter.detail());
    }

    /** The end of a path says more than its beginning. */
    private static String shortened(String text, int width) {
        return text.length() <= width ? text : "…" + text.substring(text.length() - width + 1);
    }

    static String shortName(Stage stage) {
        return switch (stage) {
            case PRODUCER -> "producer";
            case PROXY -> "proxy";
            case SCORER -> "scorer";
            case TRAINER -> "trainer";
            case SERVING -> "serving";
            case ROLLOUT -> "rollout";
            case PIPELINE -> "pipeline";
        };
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}

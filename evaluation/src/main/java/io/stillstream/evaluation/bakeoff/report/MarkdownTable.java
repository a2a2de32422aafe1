package io.stillstream.evaluation.bakeoff.report;

import java.util.ArrayList;
import java.util.List;

/** A Markdown table whose columns also line up in a terminal. The first column holds names; numbers stand to the right. */
final class MarkdownTable {

    private final List<List<String>> rows = new ArrayList<>();

    MarkdownTable(List<String> header) {
        rows.add(List.copyOf(header));
    }

    /** @param cells as many as the header has */
    void add(List<String> cells) {
        rows.add(List.copyOf(cells));
    }

    List<String> lines() {
        int[] widths = new int[rows.get(0).size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            lines.add(line(row, widths));
            if (lines.size() == 1) {
                lines.add(rule(widths));
            }
        }
        return lines;
    }

    /** A text as it has to be written in a cell. */
    static String cell(String text) {
        return text.replace("|", "\\|");
    }

    private static String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder("|");
        for (int i = 0; i < widths.length; i++) {
            String padding = " ".repeat(widths[i] - cells.get(i).length());
            line.append(' ')
                    .append(isText(i) ? cells.get(i) + padding : padding + cells.get(i))
                    .append(" |");
        }
        return line.toString();
    }

    private static String rule(int[] widths) {
        StringBuilder line = new StringBuilder("|");
        for (int i = 0; i < widths.length; i++) {
            line.append(isText(i) ? ":" : "-").append("-".repeat(widths[i])).append(isText(i) ? "-|" : ":|");
        }
        return line.toString();
    }

    private static boolean isText(int column) {
        return column == 0;
    }
}

package io.stillstream.pipeline.terminal;

import io.stillstream.contract.text.Printable;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A table that is printed row by row, as its figures come: headings first, texts to the left, numbers to the right.
 * Picocli's own has no columns to the right, and wants every row before the first is printed.
 */
public final class Table {

    private static final String SEPARATOR = "  ";
    private static final String NO_VALUE = "-";

    private final Consumer<String> out;
    private final List<Column> columns;

    /** A column, at least as wide as its heading. */
    public static final class Column {

        private final String heading;
        private final String cellFormat;
        private final String widthFormat;

        private Column(String heading, String cellFormat, String widthFormat) {
            this.heading = heading;
            this.cellFormat = cellFormat;
            this.widthFormat = widthFormat;
        }

        private String cell(Object value) {
            boolean none = value instanceof Double number && number.isNaN();
            return pad(none ? NO_VALUE : Printable.line(format(cellFormat, value)));
        }

        private String pad(String text) {
            return format(widthFormat, text);
        }
    }

    /** @param width in characters; a longer text pushes the rest of its row to the right */
    public static Column text(String heading, int width) {
        return new Column(heading, "%s", "%-" + Math.max(width, heading.length()) + "s");
    }

    /**
     * @param width in characters
     * @param format of {@link String#format}, such as {@code %.1f}; a NaN is shown as a dash
     */
    public static Column number(String heading, int width, String format) {
        return new Column(heading, format, "%" + Math.max(width, heading.length()) + "s");
    }

    private Table(Consumer<String> out, List<Column> columns) {
        this.out = out;
        this.columns = columns;
    }

    /** Prints the headings. */
    public static Table start(PrintStream out, Column... columns) {
        return start(out::println, columns);
    }

    /**
     * Prints the headings.
     *
     * @param out takes each line
     */
    public static Table start(Consumer<String> out, Column... columns) {
        Table table = new Table(out, List.of(columns));
        table.print(table.columns.stream().map(column -> column.pad(column.heading)));
        return table;
    }

    /** @param values one for each column */
    public void row(Object... values) {
        if (values.length != columns.size()) {
            throw new IllegalArgumentException("a row has " + values.length + " values; expected " + columns.size());
        }
        print(IntStream.range(0, values.length).mapToObj(i -> columns.get(i).cell(values[i])));
    }

    private void print(Stream<String> cells) {
        out.accept(cells.collect(Collectors.joining(SEPARATOR)).stripTrailing());
    }

    private static String format(String format, Object value) {
        return String.format(Locale.ROOT, format, value);
    }
}

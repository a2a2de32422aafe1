package io.stillstream.pipeline.terminal;

import java.io.PrintStream;
import java.util.List;

/** A label and its value, with the values of all lines in one column. */
public final class LabelledLine {

    private LabelledLine() {}

    /**
     * Prints the value, on a terminal broken at spaces where it is longer than a line, below its own column. A pipe gets it in
     * one line.
     *
     * @param width of the labels, in characters
     */
    public static void print(PrintStream out, int width, String label, String value) {
        String line = whole(width, label, value);
        Screen screen = Screen.standard();
        List<String> lines =
                screen.terminal() ? WrappedText.hanging(line, screen.columns(), " ".repeat(width + 1)) : List.of(line);
        lines.forEach(out::println);
    }

    /** Prints the value in one line, however long: it is to be copied. */
    public static void printWhole(PrintStream out, int width, String label, String value) {
        out.println(whole(width, label, value));
    }

    private static String whole(int width, String label, String value) {
        return label + " ".repeat(Math.max(0, width - label.length()) + 1) + value;
    }
}
